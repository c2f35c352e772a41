import { expect, it } from 'vitest'
import { actionOf, begin, move } from './swipe'

it('a long way to the left archives, to the right marks read', () => {
  expect(actionOf(move(begin(300, 100), 180, 104))).toBe('archive')
  expect(actionOf(move(begin(100, 100), 220, 104))).toBe('read')
})

it('a short way does nothing', () => {
  expect(actionOf(move(begin(300, 100), 240, 100))).toBeNull()
})

it('a finger that first goes down scrolls, wherever it goes then', () => {
  const scrolling = move(begin(300, 100), 296, 130)
  expect(scrolling.phase).toBe('scrolling')
  expect(actionOf(move(scrolling, 100, 130))).toBeNull()
})

it('a finger that comes back takes its action back', () => {
  const there = move(begin(300, 100), 150, 100)
  expect(actionOf(there)).toBe('archive')
  expect(actionOf(move(there, 290, 100))).toBeNull()
})
