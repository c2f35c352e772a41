import { expect, test } from 'vitest'
import { chosen, FOR_EVER, keepOptions, keptFor } from './retention'

test('years are said as years', () => {
  expect([30, 365, 1_095, null].map(keptFor)).toEqual(['30 days', '1 year', '3 years', 'For ever'])
})

test('what is so already can be chosen, in its place', () => {
  const values = (now: number | null) => keepOptions(now).map(({ value }) => value)
  expect(values(180)).toEqual(['30', '90', '180', '365', '1095', FOR_EVER])
  expect(values(45)).toEqual(['30', '45', '90', '180', '365', '1095', FOR_EVER])
  expect(values(null)).toEqual(values(180))
})

test('a choice leaves the times of single categories as they are', () => {
  const before = { days: 180, categories: { market: 7 } }
  expect(chosen(before, FOR_EVER)).toEqual({ days: null, categories: { market: 7 } })
  expect(chosen(before, '30').days).toBe(30)
})
