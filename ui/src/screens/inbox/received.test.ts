import { expect, it } from 'vitest'
import { receivedAfter, spanName } from './received'

it.each([
  [22, '22 ms'],
  [999, '999 ms'],
  [1_400, '1.4 s'],
  [2_000, '2 s'],
  [185_000, '3 min'],
  [5_400_000, '1.5 h'],
  [2 * 86_400_000, '2 d'],
])('a span is said in the unit that fits it: %i', (span, words) => {
  expect(spanName(span).replace('\u00a0', ' ')).toBe(words)
})

it('a clock that is behind the server’s is told as such, never as a negative span', () => {
  expect(receivedAfter({ occurredAt: 5_000, receivedAt: 4_000 })).toContain('behind')
  expect(receivedAfter({ occurredAt: 5_000, receivedAt: 5_000 })).toContain('at once')
})
