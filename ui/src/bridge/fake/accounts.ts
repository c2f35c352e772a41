/** Makes the double's accounts. */

import type { ConnectionStatus, Gap, Stream, TopicStatus, TransportKind } from '../contract.gen'
import { pastOf } from './history'
import { FOLLOWED, MARKET, makeMarkets, newMarkets, type Market } from './markets'
import { noticeOf, olderNotices, TOLD } from './notices'
import { PLATFORMS, type PlatformKey } from './platforms'
import { Random } from './random'
import { seriesKey, thingKey, unreadOf, type FakeAccount, type World } from './world'

/** How numbers come, for the kinds that have a screen. */
const STREAMS: readonly Stream[] = [
  { kind: MARKET, topic: MARKET, quietAfterMs: null },
  { kind: 'creator-share', topic: 'creator', quietAfterMs: null },
]

const HOUR = 3_600_000
const DAY = 24 * HOUR

export interface Wanted {
  readonly platform: PlatformKey
  readonly name: string
  readonly host: string
  readonly connection?: Partial<ConnectionStatus>
  readonly paused?: boolean
  readonly demo?: boolean
  readonly latency?: number
  readonly transport?: TransportKind
  /** Without notices and things. */
  readonly bare?: boolean
  /** How many further, older notices. */
  readonly older?: number
  /** How many times the open markets. */
  readonly copies?: number
  /** With markets that nobody has traded, in place of those with a past. */
  readonly untraded?: boolean
  /** Leaves out the gap of the day before yesterday. */
  readonly gapless?: boolean
}

export const accountId = (number: number): string =>
  `0197a1c0-0000-7000-8000-${number.toString(16).padStart(12, '0')}`

function add(account: FakeAccount, market: Market): void {
  const { entity } = market
  const of = account.entities.get(entity.kind) ?? new Map<string, typeof entity>()
  account.entities.set(entity.kind, of.set(entity.id, entity))
  account.series.set(seriesKey(entity, 'yes'), market.yes)
  account.series.set(seriesKey(entity, 'no'), market.no)
  account.activity.set(thingKey(entity), market.trades)
}

function topicsOf(account: FakeAccount, connected: boolean): TopicStatus[] {
  const followed = [...(account.entities.get(MARKET)?.keys() ?? [])].slice(0, FOLLOWED)
  if (followed.length === 0) return []
  return [
    ...followed.map((id) => ({ kind: MARKET, id, followed: true, confirmed: connected, refusal: null })),
    {
      kind: 'creator',
      id: 'kestrel',
      followed: true,
      confirmed: false,
      refusal: connected ? 'Only holders may join' : null,
    },
  ]
}

export function makeAccount(world: World, wanted: Wanted): FakeAccount {
  const number = world.accounts.length + 1
  const id = accountId(number)
  const now = world.now()
  const platform = PLATFORMS[wanted.platform]
  const random = new Random(7_000 + number)
  // Of its own, so that what was counted changes nothing else of the world.
  const counted = new Random(9_000 + number)
  const stored = wanted.bare === true ? counted.whole(40, 900) : counted.whole(2_400, 31_000)
  const repeated = Math.round(stored * counted.next() * 0.012)
  const unknown = counted.whole(0, 14)
  const connection: ConnectionStatus = {
    state: 'connected',
    catchingUp: false,
    since: now - 3 * HOUR,
    cause: null,
    socketId: random.hex(20),
    tries: 0,
    nextTryAt: null,
    ...wanted.connection,
  }
  const live = connection.state === 'connected'
  /** Whether it never was connected. */
  const isNew = connection.state === 'connecting'
  const gap: Gap | undefined =
    wanted.gapless === true ? undefined : { from: now - 2 * DAY - HOUR, to: now - 2 * DAY, why: 'no-replay' }
  const transport = wanted.transport ?? 'websocket'
  const account: FakeAccount = {
    view: {
      account: {
        id,
        platform: platform.id,
        server: `https://${wanted.host}`,
        identity: {
          userId: `u-${String(400 + number)}`,
          wallet: wanted.platform === 'markets' ? `0x${random.hex(40)}` : null,
          name: wanted.name,
        },
        createdAt: now - 60 * DAY,
      },
      title: platform.title,
      kinds: [...platform.kinds],
      streams: STREAMS.filter(({ kind }) => platform.kinds.some((one) => one === kind)),
      connection: live ? connection : { ...connection, socketId: null },
      paused: wanted.paused ?? false,
      demo: wanted.demo ?? false,
      latencyMs: live ? (wanted.latency ?? 18 + number * 3) : null,
      topics: [],
      topicLimit: wanted.platform === 'markets' ? 100 : null,
      unread: {},
      counts: {
        received: stored + repeated + unknown,
        stored,
        repeated,
        malformed: 0,
        unknown,
      },
      gaps: gap === undefined ? [] : [gap],
      completeUntil: isNew ? null : live && !connection.catchingUp ? now - 2_000 : connection.since - 4_000,
      lastEventAt: isNew ? null : live ? now - 2_000 : connection.since - 4_000,
      setAside: [],
    },
    notices: new Map(),
    entities: new Map(),
    series: new Map(),
    activity: new Map(),
    retention: { days: 180, categories: {} },
    transport,
    history: pastOf({ connection, gap, transport, seed: 11_000 + number, now }),
    nextSeq: stored,
    nextNotice: 1,
  }
  if (wanted.bare !== true) fill(account, wanted, random, now)
  account.view.topics = topicsOf(account, live && !connection.catchingUp)
  account.view.unread = unreadOf(account.notices.values())
  world.accounts.push(account)
  return account
}

function fill(account: FakeAccount, wanted: Wanted, random: Random, now: number): void {
  const told = [...TOLD[wanted.platform], ...olderNotices(random, wanted.older ?? 0)]
  for (const one of told.toReversed()) {
    const notice = noticeOf(account.view.account.id, account.nextNotice++, one, now)
    account.notices.set(notice.id, notice)
  }
  if (wanted.platform !== 'markets') return
  // What a lost or late connection has not brought is not there: prices end where the events ended.
  const until = account.view.lastEventAt ?? now
  const seq = (): number => account.nextSeq++
  const markets =
    wanted.untraded === true
      ? newMarkets(random, now)
      : makeMarkets(random, { now, until: until + 2_000 }, seq, wanted.copies)
  for (const market of markets) add(account, market)
}
