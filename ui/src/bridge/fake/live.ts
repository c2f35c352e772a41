/** What happens in the double while it runs: trades, notices, round trips, connections that come and go. */

import type { Stop } from '../bridge'
import type { Entity, SeriesPoint, UiEvent } from '../contract.gen'
import { SECONDS, type Second } from '../../parts/peal'
import { thousandths } from './amounts'
import { note } from './history'
import { activityOf, MARKET, nextTrade, type Trade } from './markets'
import { noticeOf, type Told } from './notices'
import { seriesKey, thingKey, unreadOf, type FakeAccount, type World } from './world'

const isLive = (account: FakeAccount): boolean =>
  account.view.connection.state === 'connected' && !account.view.connection.catchingUp

const yesOf = (market: Entity): number => Math.round(Number(market.fields['yesPrice'] ?? '0.5') * 1_000)

function keep(account: FakeAccount, key: string, point: SeriesPoint): void {
  const points = account.series.get(key) ?? []
  points.push(point)
  account.series.set(key, points)
}

/** Makes a trade in a market, keeps it and tells it. */
export function trade(world: World, account: FakeAccount, id: string, given?: Partial<Trade>): void {
  const market = account.entities.get(MARKET)?.get(id)
  if (market === undefined) return
  const made = { ...nextTrade(world.random, yesOf(market), world.now()), ...given }
  const line = activityOf(id, account.nextSeq++, made)
  const yes = thousandths(made.yes)
  const no = thousandths(1_000 - made.yes)
  const fields = { yesPrice: yes, noPrice: no, lastTradeAt: made.at }
  account.entities.get(MARKET)?.set(id, {
    ...market,
    fields: { ...market.fields, ...fields },
    updatedAt: Math.max(market.updatedAt, made.at),
  })
  keep(account, seriesKey(market, 'yes'), { at: made.at, value: yes })
  keep(account, seriesKey(market, 'no'), { at: made.at, value: no })
  const lines = account.activity.get(thingKey(market)) ?? []
  account.activity.set(thingKey(market), [...lines, line])
  heard(world, account)
  world.tell({
    type: 'changes',
    account: account.view.account.id,
    entities: [{ kind: MARKET, id, fields, at: made.at }],
    samples: [
      { kind: MARKET, id, series: 'yes', at: made.at, value: yes },
      { kind: MARKET, id, series: 'no', at: made.at, value: no },
    ],
    activity: [line],
  })
}

function heard(world: World, account: FakeAccount): void {
  account.view.lastEventAt = world.now()
  account.view.completeUntil = world.now()
  account.view.counts.received += 1
  account.view.counts.stored += 1
}

/** Puts notices into an inbox and tells them. */
export function notify(world: World, account: FakeAccount, told: readonly Told[], summary = false): void {
  const notices = told.map((one) => noticeOf(account.view.account.id, account.nextNotice++, one, world.now()))
  for (const notice of notices) account.notices.set(notice.id, notice)
  account.view.unread = unreadOf(account.notices.values())
  heard(world, account)
  world.tell({
    type: 'notices',
    account: account.view.account.id,
    notices,
    summary,
    unread: account.view.unread,
  })
}

const status = (account: FakeAccount): UiEvent => ({
  type: 'connection',
  account: account.view.account.id,
  status: account.view.connection,
})

const topics = (account: FakeAccount): UiEvent => ({
  type: 'topics',
  account: account.view.account.id,
  topics: account.view.topics,
})

const latency = (account: FakeAccount): UiEvent => ({
  type: 'latency',
  account: account.view.account.id,
  millis: account.view.latencyMs,
})

/** How long the double waits after each failed try, in milliseconds; after the last of them always as long. */
const DELAYS = [1_000, 2_000, 4_000, 8_000, 60_000] as const

const delayAfter = (tries: number): number => DELAYS[Math.min(tries, DELAYS.length) - 1] ?? DELAYS[0]

/** Loses a connection; from then on it is tried again, and fails, until it is restored. */
export function lose(world: World, account: FakeAccount, cause = 'The connection dropped.'): void {
  const { view } = account
  note(
    account.history,
    { what: 'lost', cause, code: 'unreachable', transport: account.transport, latencyMs: view.latencyMs },
    world.now(),
  )
  view.connection = {
    state: 'reconnecting',
    catchingUp: false,
    since: world.now(),
    cause,
    code: 'unreachable',
    socketId: null,
    tries: 1,
    nextTryAt: world.now() + delayAfter(1),
  }
  view.topics = view.topics.map((topic) => ({ ...topic, confirmed: false }))
  view.latencyMs = null
  world.tell(status(account), topics(account), latency(account))
}

/** Tries again where it is time: each try is told as it begins and as it fails. Up to when everything came stays. */
function tryAgain(world: World): void {
  for (const account of world.accounts) {
    const { view } = account
    const { nextTryAt } = view.connection
    if (nextTryAt === null || nextTryAt > world.now()) continue
    view.connection = { ...view.connection, nextTryAt: null }
    world.tell(status(account))
    const tries = view.connection.tries + 1
    const cause = 'The server can’t be reached.'
    note(account.history, { what: 'failed', cause, code: 'unreachable' }, world.now())
    view.connection = {
      ...view.connection,
      cause,
      tries,
      nextTryAt: world.now() + delayAfter(tries),
    }
    world.tell(status(account))
  }
}

/** Has a connection back at once, topics joined, nothing missed. */
export function restore(world: World, account: FakeAccount): void {
  const { view } = account
  const stood = view.connection.state === 'connected'
  const socketId = world.random.hex(20)
  view.paused = false
  view.connection = {
    state: 'connected',
    catchingUp: false,
    since: world.now(),
    cause: null,
    socketId,
    tries: 0,
    nextTryAt: null,
  }
  view.topics = view.topics.map((topic) => (topic.refusal === null ? { ...topic, confirmed: true } : topic))
  view.latencyMs = 20 + world.random.whole(0, 9)
  if (!stood) {
    note(
      account.history,
      { what: 'opened', socketId, transport: account.transport, tookMs: 140 },
      world.now(),
    )
  }
  note(account.history, { what: 'caught-up', events: stood ? 48 : 0, tookMs: 200 }, world.now())
  view.completeUntil = world.now()
  world.tell(status(account), topics(account), latency(account))
}

/** The person disconnects. */
export function pause(world: World, account: FakeAccount): void {
  const { view } = account
  const { state, since } = view.connection
  note(account.history, { what: 'disconnected' }, world.now())
  view.paused = true
  view.connection = {
    state: 'disconnected',
    catchingUp: false,
    since: state === 'connected' ? world.now() : since,
    cause: null,
    socketId: null,
    tries: 0,
    nextTryAt: null,
  }
  view.topics = view.topics.map((topic) => ({ ...topic, confirmed: false }))
  view.latencyMs = null
  world.tell(status(account), topics(account), latency(account))
}

export function tellTopics(world: World, account: FakeAccount): void {
  world.tell(topics(account))
}

/** What came in each of the last sixty seconds, the newest last. */
export function lastMinute(world: World): readonly Second[] {
  const now = world.now()
  const seconds = Array.from({ length: SECONDS }, () => ({ count: 0, notices: 0 }))
  const hear = (at: number, notices: number): void => {
    const second = seconds[SECONDS - 1 - Math.floor((now - at) / 1_000)]
    if (second === undefined) return
    second.count += 1
    second.notices += notices
  }
  for (const account of world.accounts) {
    for (const lines of account.activity.values()) for (const line of lines) hear(line.at, 0)
    for (const notice of account.notices.values()) hear(notice.receivedAt, 1)
  }
  return seconds
}

const NEWS: readonly [Told, ...Told[]] = [
  {
    category: 'trade',
    level: 'success',
    title: 'New sell trade: 25 shares',
    body: 'YES @ 0.631',
    ago: 0,
    about: { kind: MARKET, id: 'm-101' },
  },
  { category: 'shares', level: 'info', title: 'Creator shares bought', body: '3 @ 0.018', ago: 0 },
  {
    category: 'system',
    level: 'info',
    title: 'Announcement',
    body: 'Fees stay as they are until March.',
    ago: 0,
  },
]

function tradeSomewhere(world: World): void {
  for (const account of world.accounts) {
    if (!isLive(account)) continue
    const joined = account.view.topics.filter((topic) => topic.kind === MARKET && topic.confirmed)
    const topic = joined[world.random.whole(0, joined.length)]
    // One more than there are: now and then nothing happens.
    if (topic !== undefined && account.entities.get(MARKET)?.get(topic.id)?.fields['outcome'] === undefined) {
      trade(world, account, topic.id)
    }
  }
}

function measure(world: World): void {
  for (const account of world.accounts) {
    if (account.view.latencyMs === null) continue
    account.view.latencyMs = Math.max(8, account.view.latencyMs + world.random.whole(-3, 3))
    world.tell(latency(account))
  }
}

/** Lets the world go on by itself. */
export function run(world: World): Stop {
  const stops = [
    world.clock.every(1_000, () => {
      tryAgain(world)
    }),
    world.clock.every(1_400, () => {
      tradeSomewhere(world)
    }),
    world.clock.every(5_000, () => {
      measure(world)
    }),
    world.clock.every(24_000, () => {
      // The news are those of a platform with markets.
      const account = world.accounts.find((one) => isLive(one) && one.entities.has(MARKET))
      if (account !== undefined && account.notices.size > 0) notify(world, account, [world.random.pick(NEWS)])
    }),
    world.clock.every(12_000, () => {
      for (const account of world.accounts) if (account.view.connection.catchingUp) restore(world, account)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
