import { expect, test } from 'vitest'
import { scaleOf } from './scale'

test('the highest line stands on or above the highest value', () => {
  for (const [low, high] of [
    [0.272, 0.634],
    [0.366, 0.648],
    [0, 1],
    [0.02, 0.021],
    [17, 4_210],
  ] as const) {
    const { min, max, step } = scaleOf(low, high, 4)
    expect(max).toBeGreaterThanOrEqual(high)
    expect(max - high).toBeLessThan(step * 1.001)
    expect(min).toBeLessThan(low)
  }
})

test('lines stand at steps that are easy to read, about as many as asked for', () => {
  expect(scaleOf(0.272, 0.634, 4).step).toBe(0.1)
  expect(scaleOf(0.36, 0.64, 4).step).toBe(0.1)
  expect(scaleOf(0, 1, 4).step).toBe(0.25)
  expect(scaleOf(0.5, 0.52, 4).step).toBe(0.005)
})

test('one value alone stands in the middle, with lines above and below it', () => {
  for (const value of [0.5, 0, -3, 4_210]) {
    const { min, max, step } = scaleOf(value, value, 4)
    expect((min + max) / 2).toBeCloseTo(value)
    expect(max - value).toBeGreaterThanOrEqual(step)
    expect((max - min) / step).toBeLessThanOrEqual(5)
  }
})
