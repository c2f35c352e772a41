import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { animationFrames } from './frame'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('however often it is asked, it runs once a frame', () => {
  const frames = animationFrames()
  const run = vi.fn()
  for (let asked = 0; asked < 20; asked++) frames.request(run)
  expect(run).not.toHaveBeenCalled()
  vi.advanceTimersToNextFrame()
  expect(run).toHaveBeenCalledTimes(1)
  frames.request(run)
  vi.advanceTimersToNextFrame()
  expect(run).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(1_000)
  expect(run).toHaveBeenCalledTimes(2)
})

test('a window that is not drawn has its updates soon as well', () => {
  vi.spyOn(window, 'requestAnimationFrame').mockReturnValue(0)
  const frames = animationFrames()
  const run = vi.fn()
  frames.request(run)
  vi.advanceTimersByTime(300)
  expect(run).toHaveBeenCalledTimes(1)
})
