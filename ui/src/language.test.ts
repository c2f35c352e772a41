import { describe, expect, test } from 'vitest'
import { nameLanguages } from './language'

const system = (language: string, languages: readonly string[]) => ({ language, languages })

describe('the languages of the system', () => {
  test('what is no language is left out, so that nothing fails that asks for numbers in it', () => {
    const none = system('C', ['C'])
    nameLanguages(none)
    expect(none).toEqual({ language: 'en-GB', languages: ['en-GB'] })
    const some = system('C', ['C', 'de_DE', 'de-AT', 'en'])
    nameLanguages(some)
    expect(some).toEqual({ language: 'de-AT', languages: ['de-AT', 'en'] })
    expect(() => new Intl.NumberFormat(some.language)).not.toThrow()
  })

  test('languages that are ones stay as they are', () => {
    const own = Object.freeze(system('de-AT', ['de-AT', 'en']))
    nameLanguages(own)
    expect(own).toEqual({ language: 'de-AT', languages: ['de-AT', 'en'] })
  })

  test('a system that names none speaks English', () => {
    const none = system('', [])
    nameLanguages(none)
    expect(none.language).toBe('en-GB')
  })
})
