import { expect, it } from 'vitest'
import { heard, HEIGHT, pins, WIDTH } from './peal'

const quiet = { count: 0, notices: 0 }

it('a second without events has no pin, and the newest stands at the right end', () => {
  const seconds = [...Array.from({ length: 59 }, () => quiet), { count: 3, notices: 0 }]
  const [pin, ...others] = pins(seconds)
  expect(others).toEqual([])
  expect(pin?.x).toBe(WIDTH - 1)
})

it('more events make a higher pin, and a notice the highest; the least is half of the drawing', () => {
  const [few, many, notice] = pins([
    { count: 1, notices: 0 },
    { count: 16, notices: 0 },
    { count: 1, notices: 1 },
  ])
  expect(many?.top).toBeLessThan(few?.top ?? 0)
  expect(notice).toMatchObject({ notice: true })
  expect(notice?.top).toBeLessThan(many?.top ?? 0)
  expect(few?.top).toBeLessThanOrEqual(HEIGHT / 2)
})

it('notices are counted as such, also those of a catch-up', () => {
  const notice = {
    account: 'a',
    id: 1,
    category: 'market',
    level: 'info' as const,
    title: '',
    body: '',
    actionUrl: null,
    occurredAt: 0,
    receivedAt: 0,
    read: false,
    archived: false,
    about: null,
  }
  const told = (summary: boolean): ReturnType<typeof heard> =>
    heard({
      seq: 1,
      events: [{ type: 'notices', account: 'a', notices: [notice, notice], summary, unread: {} }],
    })
  expect(told(true)).toEqual({ count: 2, notices: 2 })
  expect(told(false)).toEqual({ count: 2, notices: 2 })
})
