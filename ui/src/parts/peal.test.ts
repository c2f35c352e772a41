import { expect, it } from 'vitest'
import { heard, pins, WIDTH } from './peal'

const quiet = { count: 0, rang: false }

it('a second without events has no pin, and the newest stands at the right end', () => {
  const seconds = [...Array.from({ length: 59 }, () => quiet), { count: 3, rang: false }]
  const [pin, ...others] = pins(seconds)
  expect(others).toEqual([])
  expect(pin?.x).toBe(WIDTH - 1)
})

it('more events make a higher pin, and what rang the highest', () => {
  const [few, many, rang] = pins([
    { count: 1, rang: false },
    { count: 16, rang: false },
    { count: 1, rang: true },
  ])
  expect(many?.top).toBeLessThan(few?.top ?? 0)
  expect(rang?.top).toBeLessThan(many?.top ?? 0)
})

it('a catch-up is counted and does not ring', () => {
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
  expect(told(true)).toEqual({ count: 2, rang: false })
  expect(told(false)).toEqual({ count: 2, rang: true })
})
