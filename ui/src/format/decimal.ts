/**
 * Exact decimal numbers. Amounts cross the boundary as texts, because a float would change them; they are
 * computed with here and shown from here, and become floats only where a chart needs pixels.
 */

/** `units` × 10^-`places`. */
export interface Decimal {
  readonly units: bigint
  readonly places: number
}

/** Reads a text such as `-0.634`; null where it is none. */
export function parseDecimal(text: unknown): Decimal | null {
  if (typeof text !== 'string') return null
  const found = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.trim())
  if (found === null) return null
  const [, sign = '', whole = '', fraction = ''] = found
  const units = BigInt(whole + fraction)
  return { units: sign === '-' ? -units : units, places: fraction.length }
}

const power = (places: number): bigint => 10n ** BigInt(places)

const magnitude = (units: bigint): bigint => (units < 0n ? -units : units)

const widened = (value: Decimal, places: number): bigint => value.units * power(places - value.places)

export function subtract(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places)
  return { units: widened(a, places) - widened(b, places), places }
}

/** Below 0 where `a` is less than `b`. */
export function compare(a: Decimal, b: Decimal): number {
  const { units } = subtract(a, b)
  return units < 0n ? -1 : units > 0n ? 1 : 0
}

export function sign(value: Decimal): -1 | 0 | 1 {
  return value.units < 0n ? -1 : value.units > 0n ? 1 : 0
}

/** Divides, rounding halves away from zero; null for a division by zero. */
export function divide(a: Decimal, b: Decimal, places: number): Decimal | null {
  if (b.units === 0n) return null
  const over = magnitude(a.units) * power(b.places + places)
  const under = magnitude(b.units) * power(a.places)
  const units = (over * 2n + under) / (under * 2n)
  return { units: a.units < 0n === b.units < 0n ? units : -units, places }
}

/** With so many places, rounding halves away from zero. */
export function round(value: Decimal, places: number): Decimal {
  if (places >= value.places) return { units: widened(value, places), places }
  const step = power(value.places - places)
  const units = (magnitude(value.units) * 2n + step) / (step * 2n)
  return { units: value.units < 0n ? -units : units, places }
}

export function negate(value: Decimal): Decimal {
  return { units: -value.units, places: value.places }
}

/** For pixels alone: never for a number that is shown. */
export function toPixels(text: string): number {
  return Number(text)
}
