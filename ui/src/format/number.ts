/** Numbers as a person reads them: exact, in the locale's digits, with a real minus. */

import { divide, negate, parseDecimal, round, sign, subtract, type Decimal } from './decimal'
import { formatLocale } from './locale'

/** What stands where a number is not known. Never 0. */
export const UNKNOWN = '–'
const MINUS = '−'
/** Keeps a number and its unit on one line. */
export const NO_BREAK = '\u00a0'

interface Marks {
  readonly decimal: string
  readonly digits: readonly string[]
  readonly whole: Intl.NumberFormat
}

const known = new Map<string, Marks>()

function marksOf(locale: string): Marks {
  const before = known.get(locale)
  if (before !== undefined) return before
  const parts = new Intl.NumberFormat(locale, { minimumFractionDigits: 1 }).formatToParts(1.5)
  const plain = new Intl.NumberFormat(locale, { useGrouping: false })
  const marks: Marks = {
    decimal: parts.find((part) => part.type === 'decimal')?.value ?? '.',
    digits: Array.from({ length: 10 }, (_, digit) => plain.format(digit)),
    whole: new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }),
  }
  known.set(locale, marks)
  return marks
}

export interface NumberOptions {
  /** How many places; the exact ones where it is left out. */
  readonly places?: number
  /** Shows a plus as well. */
  readonly signed?: boolean
  readonly locale?: string
}

/** A decimal as text. */
export function formatDecimal(value: Decimal, { places, signed, locale }: NumberOptions = {}): string {
  const marks = marksOf(locale ?? formatLocale())
  const rounded = places === undefined ? value : round(value, places)
  const digits = (rounded.units < 0n ? -rounded.units : rounded.units)
    .toString()
    .padStart(rounded.places + 1, '0')
  const split = digits.length - rounded.places
  const whole = marks.whole.format(BigInt(digits.slice(0, split)))
  const fraction = Array.from(digits.slice(split), (digit) => marks.digits[Number(digit)] ?? digit).join('')
  const before = rounded.units < 0n ? MINUS : signed === true && rounded.units > 0n ? '+' : ''
  return `${before}${whole}${fraction === '' ? '' : marks.decimal + fraction}`
}

/** The most places that a small number is given so that it does not read as 0. */
const MOST_PLACES = 8

/** A text from the core as a number with a column's places; more where it would read as 0 and is not. */
export function formatAmount(
  text: unknown,
  places: number,
  options: Omit<NumberOptions, 'places'> = {},
): string {
  const value = parseDecimal(text)
  if (value === null) return UNKNOWN
  let shown = places
  while (value.units !== 0n && round(value, shown).units === 0n && shown < MOST_PLACES) shown += 1
  return formatDecimal(value, { ...options, places: shown })
}

/** A count, for example of people. */
export function formatCount(count: number | bigint, locale?: string): string {
  return marksOf(locale ?? formatLocale()).whole.format(count)
}

const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** How much room something takes, in the largest unit of which it has one. */
export function formatBytes(bytes: number, locale?: string): string {
  const thousands = Math.floor(Math.log10(Math.max(1, bytes)) / 3)
  const power = Math.min(UNITS.length, Math.max(1, thousands))
  const size = bytes / 1000 ** power
  return new Intl.NumberFormat(locale ?? formatLocale(), {
    style: 'unit',
    unit: UNITS[power - 1] ?? 'kilobyte',
    maximumFractionDigits: size < 10 ? 1 : 0,
  }).format(size)
}

/** A share such as 0.349 as a percentage. */
export function formatPercent(share: Decimal, { places = 1, signed, locale }: NumberOptions = {}): string {
  const used = locale ?? formatLocale()
  const hundredfold: Decimal = { units: share.units * 100n, places: share.places }
  const options = signed === undefined ? { places, locale: used } : { places, locale: used, signed }
  return `${formatDecimal(hundredfold, options)}${beforePercent(used)}%`
}

/** Between two percentages stand percentage points. */
export function formatPoints(difference: Decimal, { places = 1, locale }: NumberOptions = {}): string {
  const hundredfold: Decimal = { units: difference.units * 100n, places: difference.places }
  return `${formatDecimal(hundredfold, { places, signed: true, locale: locale ?? formatLocale() })}${NO_BREAK}pp`
}

/** What the locale puts between a number and its percent sign. */
function beforePercent(locale: string): string {
  const parts = new Intl.NumberFormat(locale, { style: 'percent' }).formatToParts(0.5)
  const at = parts.findIndex((part) => part.type === 'percentSign')
  return parts[at - 1]?.type === 'literal' ? NO_BREAK : ''
}

/** How a value moved: by how much, by what share of what it was, and where to. */
export interface Change {
  readonly way: 'up' | 'down' | 'same'
  readonly by: Decimal
  readonly share: Decimal | null
}

export function changeBetween(before: Decimal, after: Decimal): Change {
  const by = subtract(after, before)
  const way = sign(by)
  return { way: way > 0 ? 'up' : way < 0 ? 'down' : 'same', by, share: divide(by, before, 6) }
}

/** By how much, without its sign: an arrow stands before it. */
export function formatDistance(change: Change, places: number, locale?: string): string {
  const by = change.by.units < 0n ? negate(change.by) : change.by
  return formatDecimal(by, locale === undefined ? { places } : { places, locale })
}

const ARROW = { up: '▲ ', down: '▼ ', same: '' }

/** A change in one text: `▲ 0.164 (+34.9%)`. */
export function formatChange(change: Change, places: number, locale?: string): string {
  const of = locale === undefined ? {} : { locale }
  const share = change.share === null ? '' : ` (${formatPercent(change.share, { signed: true, ...of })})`
  return `${ARROW[change.way]}${formatDistance(change, places, locale)}${share}`
}
