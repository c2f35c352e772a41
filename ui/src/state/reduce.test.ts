import { describe, expect, test } from 'vitest'
import { fakeBridge } from '../bridge/fake'
import { Random } from '../bridge/fake/random'
import type { Activity, Batch, EntityChange, Notice, Sample, Snapshot, UiEvent } from '../bridge/contract.gen'
import { emptyFeed, hold, readFeed, settle } from './feed'
import { reduce, reduceBatch } from './reduce'
import { shown } from './reduce/notices'
import { mergeThing, thingAsRead } from './reduce/things'
import { ACTIVITY, initialState, NOTICES, type NoticeList, type State } from './state'

const NOW = Date.parse('2026-11-19T14:03:00Z')

const snapshot: Snapshot = await fakeBridge({ frozen: NOW }).call('snapshot')
const account = snapshot.accounts[0]?.account.id ?? ''
const thing = { kind: 'market', id: 'm-1' }

function notice(id: number, change: Partial<Notice> = {}): Notice {
  return {
    account,
    id,
    category: 'market',
    level: 'info',
    title: `Notice ${id}`,
    body: '',
    actionUrl: null,
    occurredAt: NOW - 60_000 + id,
    receivedAt: NOW,
    read: false,
    archived: false,
    about: null,
    ...change,
  }
}

function list(query: NoticeList['query'], notices: readonly Notice[] = [], more = false): NoticeList {
  return { query, reading: 'read', error: null, feed: readFeed<Notice>(undefined, notices, more) }
}

const inbox = { accounts: [], filter: 'all' } as const
const archive = { accounts: [], filter: 'archived' } as const
const unread = { accounts: [], filter: 'unread' } as const

const started: State = {
  ...initialState,
  snapshot,
  startedAt: NOW,
  lists: new Map([
    ['inbox', list(inbox)],
    ['archive', list(archive)],
    ['unread', list(unread)],
  ]),
  things: new Map([
    ['all', { query: { account, kind: 'market' }, reading: 'read', error: null, all: new Map() }],
  ]),
  series: new Map([
    [
      'yes',
      {
        query: { account, entity: thing, names: ['yes'], since: 0, atMost: 50 },
        reading: 'read',
        error: null,
        points: new Map(),
      },
    ],
  ]),
  activity: new Map([
    [
      'trades',
      { query: { account, entity: thing }, reading: 'read', error: null, feed: emptyFeed<Activity>() },
    ],
  ]),
}

const told = (notices: Notice[]): UiEvent => ({
  type: 'notices',
  account,
  notices,
  summary: false,
  unread: { market: 3 },
})
const changed = (notices: Notice[]): UiEvent => ({
  type: 'notices-changed',
  account,
  notices,
  unread: { market: 1 },
})
const items = (state: State, key: string): readonly number[] =>
  (state.lists.get(key)?.feed.items ?? []).map((one) => one.id)

const erased = (ids: number[]): UiEvent => ({ type: 'notices-erased', account, ids, unread: {} })

/** Events as they may come: things, values and lines in any order of time; a notice before its changes. */
function events(random: Random, count: number): UiEvent[] {
  const known = new Set<number>()
  return Array.from({ length: count }, (_, index): UiEvent => {
    const at = NOW + random.whole(0, 5_000) * 10 + (index % 10)
    const changes: EntityChange = {
      ...thing,
      at,
      fields: random.chance(0.5)
        ? { yesPrice: `0.${index}` }
        : { noPrice: `0.${index}`, question: `Q${index}` },
    }
    const sample: Sample = { ...thing, series: 'yes', at, value: `0.${index}` }
    const line: Activity = { ...thing, seq: index, what: 'market.trade', at, fields: {} }
    const own = notice(random.whole(1, 40), { read: random.chance(0.4), archived: random.chance(0.3) })
    if (random.chance(0.4)) {
      return { type: 'changes', account, entities: [changes], samples: [sample], activity: [line] }
    }
    if (known.has(own.id)) return changed([own])
    known.add(own.id)
    return told([own])
  })
}

/** What of a state is the same, however often it was told: not the time at which it was heard. */
const visible = (state: State): unknown => ({
  lists: [...state.lists.values()].map((one) => one.feed.items),
  things: [...state.things.values()].map((one) => one.all),
  series: [...state.series.values()].map((one) => one.points),
  activity: [...state.activity.values()].map((one) => one.feed.items),
  accounts: state.snapshot?.accounts,
})

const apply = (state: State, all: readonly UiEvent[]): State =>
  all.reduce((before, one) => reduce(before, one, NOW), state)

describe('telling twice is telling once', () => {
  test('of each event', () => {
    for (const event of events(new Random(1), 400)) {
      const once = reduce(started, event, NOW)
      expect(visible(reduce(once, event, NOW))).toEqual(visible(once))
    }
  })

  test('of everything since a reading began', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const all = events(new Random(seed), 80)
      const once = apply(started, all)
      expect(visible(apply(once, all))).toEqual(visible(once))
    }
  })

  test('of a batch, by its number', () => {
    const batch: Batch = { seq: 7, events: [told([notice(1)])] }
    const once = reduceBatch(started, batch, NOW)
    expect(reduceBatch(once, batch, NOW)).toBe(once)
  })
})

describe('things', () => {
  const shuffled = <T>(random: Random, all: readonly T[]): T[] =>
    all
      .map((one) => ({ one, by: random.next() }))
      .sort((a, b) => a.by - b.by)
      .map(({ one }) => one)

  test('changes give the same thing in whatever order they are told', () => {
    const random = new Random(9)
    for (let turn = 0; turn < 200; turn++) {
      const changes = Array.from({ length: 8 }, (_, index): EntityChange => ({
        ...thing,
        // All at another time: of two at the same one the later told stays, as in the store.
        at: 100 + index * 10 + random.whole(0, 9),
        fields: Object.fromEntries(
          ['a', 'b', 'c']
            .filter(() => random.chance(0.5))
            .map((name) => [name, random.chance(0.15) ? null : `${index}`]),
        ),
      }))
      const read = thingAsRead({
        ...thing,
        fields: { a: 'read', d: 'read' },
        updatedAt: 100 + random.whole(0, 60),
      })
      const entity = changes.reduce(mergeThing, read).entity
      for (let order = 0; order < 4; order++) {
        expect(shuffled(random, changes).reduce(mergeThing, read).entity).toEqual(entity)
      }
    }
  })

  test('an older change goes under newer fields and fills what they left out', () => {
    const read = thingAsRead({ ...thing, fields: { yesPrice: '0.6' }, updatedAt: 50 })
    const { entity } = mergeThing(read, {
      ...thing,
      at: 40,
      fields: { yesPrice: '0.1', question: 'Will it?' },
    })
    expect(entity).toEqual({ ...thing, fields: { yesPrice: '0.6', question: 'Will it?' }, updatedAt: 50 })
  })

  test('a thing that is new appears in lists of its kind', () => {
    const change: EntityChange = { ...thing, at: 5, fields: { question: 'Will it?' } }
    const state = reduce(
      started,
      { type: 'changes', account, entities: [change], samples: [], activity: [] },
      NOW,
    )
    expect(state.things.get('all')?.all.get('m-1')?.entity.fields).toEqual({ question: 'Will it?' })
    expect(state.heard.size).toBe(1)
  })
})

test('a change of another thing leaves the shown one alone', () => {
  const others: UiEvent[] = [
    { account, one: { kind: 'market', id: 'm-2' } },
    { account, one: { kind: 'creator-share', id: thing.id } },
    { account: 'another', one: thing },
  ].map(({ account: whose, one }) => ({
    type: 'changes',
    account: whose,
    entities: [{ ...one, at: NOW, fields: { yesPrice: '0.655' } }],
    samples: [{ ...one, series: 'yes', at: NOW, value: '0.655' }],
    activity: [{ ...one, seq: 1, what: 'market.trade', at: NOW, fields: {} }],
  }))
  const shown = reduce(
    started,
    {
      type: 'changes',
      account,
      entities: [{ ...thing, at: NOW - 9, fields: { yesPrice: '0.634' } }],
      samples: [{ ...thing, series: 'yes', at: NOW - 9, value: '0.634' }],
      activity: [{ ...thing, seq: 0, what: 'market.trade', at: NOW - 9, fields: {} }],
    },
    NOW,
  )
  const before = shown.things.get('all')?.all.get(thing.id)
  expect(before?.entity.fields).toEqual({ yesPrice: '0.634' })
  for (const event of others) {
    const after = reduce(shown, event, NOW)
    expect(after.things.get('all')?.all.get(thing.id)).toBe(before)
    expect(after.series.get('yes')).toBe(shown.series.get('yes'))
    expect(after.activity.get('trades')).toBe(shown.activity.get('trades'))
  }
})

describe('values and lines', () => {
  const sample = (at: number, value: string): UiEvent => ({
    type: 'changes',
    account,
    entities: [],
    samples: [{ ...thing, series: 'yes', at, value }],
    activity: [],
  })
  const points = (state: State) => state.series.get('yes')?.points.get('yes') ?? []

  test('values stand in order of time, and of two at one time the later told stays', () => {
    const state = apply(started, [
      sample(20, '0.2'),
      sample(10, '0.1'),
      sample(30, '0.3'),
      sample(20, '0.25'),
    ])
    expect(points(state)).toEqual([
      { at: 10, value: '0.1' },
      { at: 20, value: '0.25' },
      { at: 30, value: '0.3' },
    ])
  })

  test('a series that grows for days stays short and keeps its ends', () => {
    const state = apply(
      started,
      Array.from({ length: 5_000 }, (_, index) => sample(index, `0.${index}`)),
    )
    expect(points(state).length).toBeLessThanOrEqual(101)
    expect(points(state)[0]?.at).toBe(0)
    expect(points(state).at(-1)?.at).toBe(4_999)
  })

  test('of thousands of lines the newest are kept, and older ones can be read again', () => {
    const lines = Array.from({ length: 1_500 }, (_, index): Activity => ({
      ...thing,
      seq: index,
      what: 'market.trade',
      at: index,
      fields: {},
    }))
    const state = reduce(
      started,
      { type: 'changes', account, entities: [], samples: [], activity: lines },
      NOW,
    )
    const feed = state.activity.get('trades')?.feed
    expect(feed?.items).toHaveLength(ACTIVITY.kept)
    expect(feed?.items[0]?.seq).toBe(1_499)
    expect(feed?.more).toBe(true)
  })
})

describe('notices', () => {
  test('stand by the time of the event, never by arrival', () => {
    const state = apply(started, [told([notice(5)]), told([notice(9)]), told([notice(1)])])
    expect(items(state, 'inbox')).toEqual([9, 5, 1])
  })

  test('counts are those that the core tells, and nothing is counted here', () => {
    const state = reduce(
      started,
      { ...told([notice(1), notice(2)]), unread: { market: 41, trade: 1 } } as UiEvent,
      NOW,
    )
    expect(state.snapshot?.accounts[0]?.unread).toEqual({ market: 41, trade: 1 })
    const later = reduce(state, { ...changed([notice(1, { read: true })]), unread: {} } as UiEvent, NOW)
    expect(later.snapshot?.accounts[0]?.unread).toEqual({})
  })

  test('what is erased leaves every list, also what waits above, and comes with its counts', () => {
    const there = apply(started, [told([notice(1), notice(2), notice(3, { archived: true })])])
    const left = reduce(there, erased([1, 3]), NOW)
    expect([items(left, 'inbox'), items(left, 'archive')]).toEqual([[2], []])
    expect(left.snapshot?.accounts[0]?.unread).toEqual({})
    expect(reduce(left, { ...erased([2]), account: 'another' } as UiEvent, NOW)).toBe(left)
  })

  test('archiving moves from the inbox to the archive, and back', () => {
    const there = apply(started, [told([notice(1), notice(2)]), changed([notice(1, { archived: true })])])
    expect(items(there, 'inbox')).toEqual([2])
    expect(items(there, 'archive')).toEqual([1])
    const back = reduce(there, changed([notice(1)]), NOW)
    expect(items(back, 'inbox')).toEqual([2, 1])
    expect(items(back, 'archive')).toEqual([])
  })

  test('what is read stays in the list of unread ones until that is read again', () => {
    const state = apply(started, [told([notice(1)]), changed([notice(1, { read: true })])])
    expect(items(state, 'unread')).toEqual([1])
    expect(state.lists.get('unread')?.feed.items[0]?.read).toBe(true)
  })

  test('new ones wait while somebody reads further down', () => {
    const held: State = {
      ...started,
      lists: new Map([
        [
          'inbox',
          {
            ...list(inbox, [notice(8), notice(4)]),
            feed: hold(readFeed<Notice>(undefined, [notice(8), notice(4)], false), NOTICES, true),
          },
        ],
      ]),
    }
    const state = reduce(held, told([notice(9), notice(6), notice(2)]), NOW)
    const feed = state.lists.get('inbox')?.feed
    // What belongs below the last one moves nothing.
    expect(items(state, 'inbox')).toEqual([8, 4, 2])
    expect(feed?.waiting.map((one) => one.id)).toEqual([9, 6])
    expect(feed && settle(feed, NOTICES).items.map((one) => one.id)).toEqual([9, 8, 6, 4, 2])
    expect(feed && hold(feed, NOTICES, false).items).toHaveLength(5)
  })

  test('what belongs behind the last page is left to the next one', () => {
    const paged: State = {
      ...started,
      lists: new Map([['inbox', list(inbox, [notice(8), notice(4)], true)]]),
    }
    expect(items(reduce(paged, told([notice(2), notice(6)]), NOW), 'inbox')).toEqual([8, 6, 4])
  })

  test('what a person did shows before the core has confirmed it, and goes back if it refuses', () => {
    const state = reduce(started, told([notice(1), notice(2)]), NOW)
    const pending = [{ id: 1, notices: [notice(1)], to: { archived: true } }]
    const seen = (key: string): number[] => {
      const one = state.lists.get(key)
      return one === undefined ? [] : shown(one, pending).map((item) => item.id)
    }
    expect(seen('inbox')).toEqual([2])
    expect(seen('archive')).toEqual([1])
    expect(items(state, 'inbox')).toEqual([2, 1])
  })
})

describe('missed batches', () => {
  test('a jump of the number makes the state outdated', () => {
    const first = reduceBatch(started, { seq: 3, events: [] }, NOW)
    expect(first.outdated).toBe(false)
    expect(reduceBatch(first, { seq: 4, events: [] }, NOW).outdated).toBe(false)
    expect(reduceBatch(first, { seq: 5, events: [] }, NOW).outdated).toBe(true)
  })

  test('so does a resync, and a change of the accounts', () => {
    expect(reduce(started, { type: 'resync' }, NOW).outdated).toBe(true)
    expect(reduce(started, { type: 'accounts-changed' }, NOW).outdated).toBe(true)
  })
})

describe('connections', () => {
  test('a gap is told once, newest first', () => {
    const gap = { from: NOW - 100, to: NOW, why: 'no-replay' } as const
    const state = apply(started, [
      { type: 'gap', account, gap },
      { type: 'gap', account, gap },
    ])
    expect(state.snapshot?.accounts[0]?.gaps.filter((one) => one.to === NOW)).toEqual([gap])
    expect(state.snapshot?.accounts[0]?.gaps[0]).toEqual(gap)
  })

  test('a round trip belongs to its connection', () => {
    const status = {
      state: 'reconnecting',
      catchingUp: false,
      since: NOW,
      cause: 'The connection dropped.',
      socketId: null,
      tries: 1,
      nextTryAt: null,
    } as const
    const state = reduce(started, { type: 'connection', account, status }, NOW)
    expect(state.snapshot?.accounts[0]?.latencyMs).toBeNull()
  })

  test('an account is complete up to what arrives, but not while something is missing', () => {
    const live = reduce(
      started,
      { type: 'changes', account, entities: [], samples: [], activity: [] },
      NOW + 9,
    )
    expect(live.snapshot?.accounts[0]?.completeUntil).toBe(NOW + 9)
    const catching = snapshot.accounts.find((view) => view.connection.catchingUp)
    const other = reduce(
      started,
      { type: 'changes', account: catching?.account.id ?? '', entities: [], samples: [], activity: [] },
      NOW + 9,
    )
    const after = other.snapshot?.accounts.find((view) => view.connection.catchingUp)
    expect(after?.completeUntil).toBe(catching?.completeUntil)
    expect(after?.lastEventAt).toBe(NOW + 9)
  })
})
