/** Amounts with their currency: a symbol stands first, what is no country's currency after. */

import { formatLocale } from './locale'
import { formatAmount, NO_BREAK, UNKNOWN } from './number'

export interface Money {
  /** A symbol that stands first and small. */
  readonly before: string
  readonly number: string
  /** A unit that stands after. */
  readonly after: string
}

let countries: ReadonlySet<string> | undefined

function isOfACountry(currency: string): boolean {
  countries ??= new Set(Intl.supportedValuesOf('currency'))
  return countries.has(currency)
}

function symbolOf(currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  })
  return format.formatToParts(0).find((part) => part.type === 'currency')?.value ?? currency
}

/** An amount in parts, for a component that draws them. */
export function moneyParts(text: unknown, currency: unknown, places: number, locale = formatLocale()): Money {
  const number = formatAmount(text, places, { locale })
  if (number === UNKNOWN || typeof currency !== 'string' || currency === '')
    return { before: '', number, after: '' }
  return isOfACountry(currency)
    ? { before: symbolOf(currency, locale), number, after: '' }
    : { before: '', number, after: currency }
}

/** An amount as one text. */
export function formatMoney(
  text: unknown,
  currency: unknown,
  places: number,
  locale = formatLocale(),
): string {
  const { before, number, after } = moneyParts(text, currency, places, locale)
  return [before, number, after].filter((part) => part !== '').join(NO_BREAK)
}
