/** In which locale numbers and dates are written: the app's language, in the system's form of it. */

import { FALLBACK } from '../language'
import { getLocale } from '../text'

export function formatLocale(): string {
  const [language = 'en'] = getLocale().split('-')
  const systems = typeof navigator === 'undefined' ? [] : navigator.languages
  return systems.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? FALLBACK
}
