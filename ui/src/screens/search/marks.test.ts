import { expect, it } from 'vitest'
import { mark, wordsOf } from './marks'

it('words are told apart by what is neither letter nor digit', () => {
  expect(wordsOf('  Steel, "bolts"-M20 ')).toEqual(['steel', 'bolts', 'm20'])
  expect(wordsOf('…')).toEqual([])
})

it('the last word is marked from its beginning, in any case', () => {
  expect(mark('Steel waste', ['ste'])).toEqual([
    { text: 'Ste', found: true },
    { text: 'el waste', found: false },
  ])
})

it('all words are marked, and nothing of the text is lost', () => {
  const stretches = mark('Will steel rebates pass this year?', ['steel', 'year'])
  expect(stretches.filter((stretch) => stretch.found).map((stretch) => stretch.text)).toEqual([
    'steel',
    'year',
  ])
  expect(stretches.map((stretch) => stretch.text).join('')).toBe('Will steel rebates pass this year?')
})

it('a word before the last is marked only where it is whole', () => {
  expect(mark('Steelwork, steel bolts', ['steel', 'bol']).filter((stretch) => stretch.found)).toEqual([
    { text: 'steel', found: true },
    { text: 'bol', found: true },
  ])
})

it('accents do not matter and are not cut off', () => {
  expect(mark('Ré\u0301sumé', ['resume'])[0]).toEqual({ text: 'Ré\u0301sumé', found: true })
  expect(mark('Résumés', ['resume'])).toEqual([
    { text: 'Résumé', found: true },
    { text: 's', found: false },
  ])
})

it('without words everything is plain', () => {
  expect(mark('Steel', [])).toEqual([{ text: 'Steel', found: false }])
  expect(mark('', ['steel'])).toEqual([])
})
