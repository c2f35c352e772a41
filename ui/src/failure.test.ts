import { expect, it } from 'vitest'
import { ERROR_CODES } from './bridge/bridge'
import { failureOf } from './failure'

it('each code has words of its own, which are not the core’s', () => {
  const texts = ERROR_CODES.map((code) => failureOf({ code, message: 'As the core says it.' }).text)
  expect(new Set(texts).size).toBe(ERROR_CODES.length)
  expect(texts).not.toContain('As the core says it.')
})

it('what the core says is kept apart, where it says something', () => {
  expect(failureOf({ code: 'store', message: 'The disk is full.' })).toEqual({
    text: 'What is kept on this computer can’t be read or changed.',
    detail: 'The disk is full.',
  })
  expect(failureOf({ code: 'internal', message: ' ' }).detail).toBeNull()
})

it('what the core did not say is a defect, and tells what was thrown', () => {
  expect(failureOf(new Error('undefined is not a function'))).toEqual({
    text: 'Something in Carillon itself failed.',
    detail: 'undefined is not a function',
  })
})
