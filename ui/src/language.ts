/** The languages that the system names, as everything in the window asks for them. */

/** Where the system names none: English in a form with unambiguous dates. */
export const FALLBACK = 'en-GB'

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0
  } catch {
    return false
  }
}

/**
 * Leaves out what is no language. In a system whose locale is `C`, WebKit calls the language `C`, and `Intl` throws
 * where it is asked for numbers in that; the chart's library does so while it is loaded.
 */
export function nameLanguages(on: Pick<Navigator, 'language' | 'languages'>): void {
  const named = on.languages.filter(isLanguage)
  const languages = named.length === 0 ? [FALLBACK] : named
  if (isLanguage(on.language) && languages.length === on.languages.length) return
  Object.defineProperties(on, {
    language: { value: languages[0], configurable: true, enumerable: true },
    languages: { value: languages, configurable: true, enumerable: true },
  })
}
