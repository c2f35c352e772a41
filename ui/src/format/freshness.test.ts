import { expect, test } from 'vitest'
import { freshness, oldest, type Freshness, type Source } from './freshness'

const NOW = 1_000_000
const live: Source = {
  connection: { state: 'connected', catchingUp: false, since: 100_000 },
  topic: true,
  gaps: [],
  at: NOW - 2_000,
  received: true,
  heardAt: NOW - 1_500,
  quietAfter: null,
  now: NOW,
}

test('a value that came on a connection that misses nothing is live', () => {
  expect(freshness(live)).toEqual({ state: 'live', at: NOW - 2_000 })
  expect(freshness({ ...live, topic: null }).state).toBe('live')
})

test('a value from before this start is cached, whatever the connection does', () => {
  for (const state of ['connected', 'connecting', 'reconnecting', 'disconnected', 'error'] as const) {
    const source = { ...live, received: false, connection: { ...live.connection, state } }
    expect(freshness(source)).toEqual({ state: 'cached', at: live.at })
  }
})

test('a lost connection makes values stale since the moment it was lost', () => {
  for (const state of ['connecting', 'reconnecting', 'disconnected', 'error'] as const) {
    const connection = { state, catchingUp: false, since: NOW - 500 }
    expect(freshness({ ...live, connection })).toEqual({ state: 'stale', since: NOW - 500, at: live.at })
  }
})

test('while what was missed is being fetched nothing is live', () => {
  const connection = { ...live.connection, catchingUp: true }
  expect(freshness({ ...live, connection }).state).toBe('catching-up')
})

test('a value whose topic is not confirmed is what it was', () => {
  expect(freshness({ ...live, topic: false })).toEqual({ state: 'cached', at: live.at })
})

test('a gap that ends after the value was so makes it stale since the gap began', () => {
  const gap = { from: live.at + 100, to: live.at + 900, why: 'no-replay' } as const
  expect(freshness({ ...live, gaps: [gap] })).toEqual({ state: 'stale', since: gap.from, at: live.at })
  const within = { ...gap, from: live.at - 100 }
  expect(freshness({ ...live, gaps: [within] })).toEqual({ state: 'stale', since: live.at, at: live.at })
  const before = { ...gap, from: live.at - 900, to: live.at - 100 }
  expect(freshness({ ...live, gaps: [before] }).state).toBe('live')
})

test('of several gaps the first one counts', () => {
  const gap = (from: number, to: number) => ({ from, to, why: 'pruned' }) as const
  const gaps = [gap(live.at + 500, live.at + 600), gap(live.at + 100, live.at + 200)]
  expect(freshness({ ...live, gaps })).toMatchObject({ state: 'stale', since: live.at + 100 })
})

test('a value that is silent for longer than it ever is is stale since it was heard, though the connection stands', () => {
  const rhythm = { ...live, quietAfter: 1_500 }
  expect(freshness(rhythm).state).toBe('live')
  expect(freshness({ ...rhythm, now: NOW + 1 })).toEqual({ state: 'stale', since: NOW - 1_500, at: live.at })
  // What was there when the connection came counts from then.
  const since = { ...live.connection, since: NOW - 1_000 }
  expect(freshness({ ...rhythm, heardAt: null, connection: since }).state).toBe('live')
  expect(freshness({ ...live, now: NOW + 1_000_000_000 }).state).toBe('live')
})

test('a total is as fresh as its oldest part', () => {
  const part: Freshness = { state: 'live', at: 10 }
  expect(oldest([])).toBeNull()
  expect(oldest([part, { state: 'live', at: 5 }])).toEqual({ state: 'live', at: 5 })
  expect(oldest([part, { state: 'catching-up', at: 20 }])?.state).toBe('catching-up')
  const cached: Freshness = { state: 'cached', at: 99 }
  const stale: Freshness = { state: 'stale', since: 3, at: 1 }
  expect(oldest([part, stale, cached, { state: 'cached', at: 100 }])).toEqual(cached)
  expect(oldest([stale, { state: 'stale', since: 2, at: 2 }])).toMatchObject({ since: 2 })
})
