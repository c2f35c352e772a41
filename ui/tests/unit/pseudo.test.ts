import { expect, it } from 'vitest'
import english from '../../messages/en.json'
import { pseudo, pseudoMessages } from '../../scripts/pseudo.mjs'

it('the pseudo-locale brackets each text, keeps its placeholders and makes it 40 % longer', () => {
  const text = 'Trying {count} connections again'
  const foreign = pseudo(text)
  expect(foreign).toMatch(/^\[.*\{count\}.*\]$/)
  expect(foreign.length).toBeGreaterThan(text.length * 1.4)
  expect(foreign).not.toContain('Trying')
})

it('every message and each of its plural forms is in the pseudo-locale', () => {
  const messages = pseudoMessages(english)
  expect(Object.keys(messages)).toEqual(Object.keys(english))
  for (const message of Object.values(messages)) {
    const texts =
      typeof message === 'string' ? [message] : message.flatMap(({ match }) => Object.values(match))
    for (const text of texts) expect(text).toMatch(/^\[.*\]$/s)
  }
})
