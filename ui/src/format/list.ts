/** Several names in a row, as one writes them. */

import { formatLocale } from './locale'

/** "A, B, and C" */
export function formatList(names: readonly string[], locale = formatLocale()): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(names)
}
