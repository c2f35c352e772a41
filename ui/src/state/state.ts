/**
 * What the window knows. Everything in it came from the core's store and is only a copy of it: it can be thrown
 * away and read again at any moment.
 */

import type {
  AccountId,
  AccountView,
  Activity,
  ApiError,
  Entity,
  EntityId,
  HistoryLine,
  Notice,
  NoticeFilter,
  SeriesPoint,
  Snapshot,
  Timestamp,
} from '../bridge/contract.gen'
import type { Feed, FeedOf } from './feed'

/** Which notices: a part of the inbox, or what holds some words. */
export type NoticeQuery =
  { readonly accounts: readonly AccountId[]; readonly filter: NoticeFilter } | { readonly text: string }

/** All things of a kind, or one. */
export interface ThingsQuery {
  readonly account: AccountId
  readonly kind: string
  readonly id?: string
}

export interface SeriesQuery {
  readonly account: AccountId
  readonly entity: EntityId
  readonly names: readonly string[]
  readonly since: Timestamp
  readonly atMost: number
}

export interface ActivityQuery {
  readonly account: AccountId
  readonly entity: EntityId
}

export interface HistoryQuery {
  readonly account: AccountId
}

/** How far a query has been read. */
export type Reading = 'reading' | 'read' | 'failed'

interface Read {
  readonly reading: Reading
  readonly error: ApiError | null
}

export interface NoticeList extends Read {
  readonly query: NoticeQuery
  readonly feed: Feed<Notice>
}

/** A thing, and when those of its fields were so that changed since it was read. */
export interface Thing {
  readonly entity: Entity
  /** Up to when the fields without a time of their own were read. */
  readonly readAt: Timestamp
  readonly times: Readonly<Record<string, Timestamp>>
}

export interface Things extends Read {
  readonly query: ThingsQuery
  /** By id. */
  readonly all: ReadonlyMap<string, Thing>
}

export interface SeriesSet extends Read {
  readonly query: SeriesQuery
  /** By name, oldest first. */
  readonly points: ReadonlyMap<string, readonly SeriesPoint[]>
}

export interface ActivityList extends Read {
  readonly query: ActivityQuery
  readonly feed: Feed<Activity>
}

/** What a connection did. Nothing is told of it: it is read again where the connection changed. */
export interface HistoryList extends Read {
  readonly query: HistoryQuery
  /** Newest first. */
  readonly lines: readonly HistoryLine[]
}

/** What a person did to notices and the core has not confirmed yet. */
export interface Pending {
  readonly id: number
  /** As they were. */
  readonly notices: readonly Notice[]
  readonly to: Partial<Pick<Notice, 'read' | 'archived'>>
}

export interface State {
  /** As it was read at last, kept up by what was told since; null before the first reading. */
  readonly snapshot: Snapshot | null
  /** When the first reading was made, by this computer's clock. */
  readonly startedAt: Timestamp | null
  readonly lists: ReadonlyMap<string, NoticeList>
  readonly things: ReadonlyMap<string, Things>
  readonly series: ReadonlyMap<string, SeriesSet>
  readonly activity: ReadonlyMap<string, ActivityList>
  readonly histories: ReadonlyMap<string, HistoryList>
  /** Things of which something was told since the start, and when that was heard. */
  readonly heard: ReadonlyMap<string, Timestamp>
  /** Topics that were joined since the start, and when: of what was before, nothing was told. */
  readonly joined: ReadonlyMap<string, Timestamp>
  readonly pending: readonly Pending[]
  /** The number of the newest batch. */
  readonly seq: number | null
  /** Whether something was missed, so that all of this has to be read again. */
  readonly outdated: boolean
}

export const initialState: State = {
  snapshot: null,
  startedAt: null,
  lists: new Map(),
  things: new Map(),
  series: new Map(),
  activity: new Map(),
  histories: new Map(),
  heard: new Map(),
  joined: new Map(),
  pending: [],
  seq: null,
  outdated: false,
}

export const noticeKey = (notice: Pick<Notice, 'account' | 'id'>): string => `${notice.account}/${notice.id}`

export const heardKey = (account: AccountId, thing: EntityId): string =>
  `${account}/${thing.kind}/${thing.id}`

/** The inbox's order: newest first by the time of the event, never by arrival. */
export const NOTICES: FeedOf<Notice> = {
  key: noticeKey,
  order: (a, b) =>
    b.occurredAt - a.occurredAt ||
    b.id - a.id ||
    (a.account < b.account ? -1 : a.account > b.account ? 1 : 0),
  kept: 10_000,
}

export const ACTIVITY: FeedOf<Activity> = {
  key: (line) => `${line.kind}/${line.id}/${line.seq}`,
  order: (a, b) => b.at - a.at || b.seq - a.seq,
  kept: 1_000,
}

export const isSearch = (query: NoticeQuery): query is { readonly text: string } => 'text' in query

export function queryKey(
  query: NoticeQuery | ThingsQuery | SeriesQuery | ActivityQuery | HistoryQuery,
): string {
  return JSON.stringify(query)
}

export function accountOf(state: State, id: AccountId): AccountView | undefined {
  return state.snapshot?.accounts.find((view) => view.account.id === id)
}

/** A map with one entry changed; the same map where it is the same entry. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return map.get(key) === value ? map : new Map(map).set(key, value)
}

/** A map with its values changed; the same map where none is. */
export function mapValues<K, V>(map: ReadonlyMap<K, V>, change: (value: V) => V): ReadonlyMap<K, V> {
  let changed: Map<K, V> | null = null
  for (const [key, value] of map) {
    const now = change(value)
    if (now !== value) (changed ??= new Map(map)).set(key, now)
  }
  return changed ?? map
}

/** The last so many entries of a map, without what is said twice. */
export function newest<K, V>(entries: readonly (readonly [K, V])[], count: number): ReadonlyMap<K, V> {
  const all = new Map(entries)
  return all.size <= count ? all : new Map([...all].slice(-count))
}
