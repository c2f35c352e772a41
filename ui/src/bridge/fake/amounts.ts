/** Exact decimal texts, as the core gives them. */

/** A whole number of 10^-places as a decimal text, without zeros at its end. */
export function decimal(units: bigint, places: number): string {
  const negative = units < 0n
  const digits = (negative ? -units : units).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '')
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** Thousandths as a decimal text. */
export function thousandths(value: number): string {
  return decimal(BigInt(value), 3)
}
