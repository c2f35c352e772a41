/**
 * What a screen asks for. A query is read when somebody uses it, kept up by what is told, and read again when
 * something was missed. Those that nobody uses any more stay for a while, so that going back shows them at once.
 */

import { toCallError } from '../bridge/bridge'
import type { ApiError, Notice } from '../bridge/contract.gen'
import { addPage, emptyFeed, hold, readFeed, settle, type Feed } from './feed'
import {
  ACTIVITY,
  isSearch,
  NOTICES,
  withEntry,
  type ActivityList,
  type ActivityQuery,
  type HistoryList,
  type HistoryQuery,
  type NoticeList,
  type NoticeQuery,
  type Reading,
  type SeriesQuery,
  type SeriesSet,
  type State,
  type Things,
  type ThingsQuery,
} from './state'
import { thingAsRead } from './reduce/things'
import type { Store } from './store.svelte'

const PAGE = 50
const FOUND = 100
/** How many queries are kept after their screens are gone. */
const IDLE = 8

export interface Tables {
  readonly lists: NoticeList
  readonly things: Things
  readonly series: SeriesSet
  readonly activity: ActivityList
  readonly histories: HistoryList
}

export type Table = keyof Tables

/** A query, and how it is read. */
export interface Entry<T extends Table> {
  readonly table: T
  readonly empty: Tables[T]
  readonly read: (key: string) => Promise<void>
}

export class Queries {
  readonly #users = new Map<string, number>()
  /** Those that nobody uses, the longest unused first. */
  readonly #idle = new Map<string, Table>()
  /** How often each history was asked for: it is asked for again while an answer is still to come. */
  readonly #asked = new Map<string, number>()

  constructor(readonly store: Store) {}

  /** Uses a query until the answer is called. */
  use<T extends Table>(key: string, entry: Entry<T>): () => void {
    const users = this.#users.get(key) ?? 0
    this.#users.set(key, users + 1)
    this.#idle.delete(key)
    const known = (this.store.state[entry.table] as ReadonlyMap<string, Tables[T]>).get(key)
    if (known === undefined) {
      const read = (): Promise<void> => this.#guard(entry.table, key, () => entry.read(key))
      this.#put(entry.table, key, entry.empty)
      this.store.register(key, read)
      void read()
    } else if (known.reading === 'failed') {
      void this.again(key, entry)
    }
    let released = false
    return () => {
      if (released) return
      released = true
      this.#release(key, entry.table)
    }
  }

  notices(query: NoticeQuery): Entry<'lists'> {
    const read = async (key: string): Promise<void> => {
      // As many as were shown before, so that reading again does not take any away.
      const shown = this.store.state.lists.get(key)?.feed.items.length ?? 0
      await this.store.read(
        () => this.#askNotices(query, null, Math.max(PAGE, shown)),
        (state, { notices, more }) =>
          change(state, 'lists', key, (list) => ({
            ...list,
            ...done,
            feed: readFeed(list.feed, notices, more),
          })),
      )
    }
    return { table: 'lists', empty: { ...begun, query, feed: emptyFeed() }, read }
  }

  things(query: ThingsQuery): Entry<'things'> {
    const read = (key: string): Promise<void> =>
      this.store.read(
        async () => {
          const { account, kind, id } = query
          if (id === undefined) return this.store.call('entities', { account, kind })
          const one = await this.store.call('entity', { account, entity: { kind, id } })
          return one === null ? [] : [one]
        },
        (state, entities) => {
          const all = new Map(entities.map((entity) => [entity.id, thingAsRead(entity)]))
          return change(state, 'things', key, (things) => ({ ...things, ...done, all }))
        },
      )
    return { table: 'things', empty: { ...begun, query, all: new Map() }, read }
  }

  series(query: SeriesQuery): Entry<'series'> {
    const read = (key: string): Promise<void> =>
      this.store.read(
        () => this.store.call('series', { ...query, names: [...query.names] }),
        (state, series) => {
          const points = new Map(series.map((one) => [one.series, one.points]))
          return change(state, 'series', key, (set) => ({ ...set, ...done, points }))
        },
      )
    return { table: 'series', empty: { ...begun, query, points: new Map() }, read }
  }

  activity(query: ActivityQuery): Entry<'activity'> {
    const read = async (key: string): Promise<void> => {
      const limit = Math.max(PAGE, this.store.state.activity.get(key)?.feed.items.length ?? 0)
      await this.store.read(
        () => this.store.call('activity', { ...query, before: null, limit }),
        (state, lines) =>
          change(state, 'activity', key, (list) => ({
            ...list,
            ...done,
            feed: readFeed(list.feed, lines, lines.length === limit),
          })),
      )
    }
    return { table: 'activity', empty: { ...begun, query, feed: emptyFeed() }, read }
  }

  history(query: HistoryQuery): Entry<'histories'> {
    const read = (key: string): Promise<void> => {
      const turn = (this.#asked.get(key) ?? 0) + 1
      this.#asked.set(key, turn)
      return this.store.read(
        () => this.store.call('history', { account: query.account }),
        (state, lines) =>
          // An answer that a later question has overtaken is older than what is shown.
          this.#asked.get(key) === turn
            ? change(state, 'histories', key, (list) => ({ ...list, ...done, lines }))
            : state,
      )
    }
    return { table: 'histories', empty: { ...begun, query, lines: [] }, read }
  }

  /** Reads a query again: after its reading failed, or where nothing tells that it has changed. */
  async again<T extends Table>(key: string, entry: Entry<T>): Promise<void> {
    this.#mark(entry.table, key, begun)
    await this.#guard(entry.table, key, () => entry.read(key))
  }

  /** Reads the notices behind the last one. */
  async moreNotices(key: string): Promise<void> {
    const list = this.store.state.lists.get(key)
    const last = list?.feed.items.at(-1)
    if (list === undefined || last === undefined || !list.feed.more || list.reading === 'reading') return
    if (list.feed.items.length >= NOTICES.kept) return
    this.#mark('lists', key, begun)
    await this.#guard('lists', key, () =>
      this.store.read(
        () => this.#askNotices(list.query, last, PAGE),
        (state, { notices, more }) =>
          change(state, 'lists', key, (now) => ({
            ...now,
            ...done,
            feed: addPage(now.feed, NOTICES, notices, more),
          })),
      ),
    )
  }

  /** Reads what happened before the last line. */
  async moreActivity(key: string): Promise<void> {
    const list = this.store.state.activity.get(key)
    const last = list?.feed.items.at(-1)
    if (list === undefined || last === undefined || !list.feed.more || list.reading === 'reading') return
    if (list.feed.items.length >= ACTIVITY.kept) return
    this.#mark('activity', key, begun)
    await this.#guard('activity', key, () =>
      this.store.read(
        () => this.store.call('activity', { ...list.query, before: last, limit: PAGE }),
        (state, lines) =>
          change(state, 'activity', key, (now) => ({
            ...now,
            ...done,
            feed: addPage(now.feed, ACTIVITY, lines, lines.length === PAGE),
          })),
      ),
    )
  }

  /** Says whether somebody reads further down a list. */
  hold(table: 'lists' | 'activity', key: string, held: boolean): void {
    this.store.change((state) =>
      table === 'lists'
        ? change(state, table, key, (list) => withFeed(list, hold(list.feed, NOTICES, held)))
        : change(state, table, key, (list) => withFeed(list, hold(list.feed, ACTIVITY, held))),
    )
  }

  /** Shows what waits above. */
  settle(table: 'lists' | 'activity', key: string): void {
    this.store.change((state) =>
      table === 'lists'
        ? change(state, table, key, (list) => withFeed(list, settle(list.feed, NOTICES)))
        : change(state, table, key, (list) => withFeed(list, settle(list.feed, ACTIVITY))),
    )
  }

  async #askNotices(
    query: NoticeQuery,
    behind: Notice | null,
    limit: number,
  ): Promise<{ notices: Notice[]; more: boolean }> {
    if (isSearch(query)) {
      const notices =
        query.text.trim() === '' ? [] : await this.store.call('search', { text: query.text, limit: FOUND })
      return { notices, more: false }
    }
    return this.store.call('notices', { ...query, accounts: [...query.accounts], behind, limit })
  }

  /** A failed reading is part of the state: a screen shows it and offers to try again. */
  async #guard(table: Table, key: string, read: () => Promise<void>): Promise<void> {
    try {
      await read()
    } catch (thrown) {
      const { code, message } = toCallError(thrown)
      this.#mark(table, key, { reading: 'failed', error: { code, message } })
    }
  }

  #mark(table: Table, key: string, how: { reading: Reading; error: ApiError | null }): void {
    this.store.change((state) => change(state, table, key, (one) => ({ ...one, ...how })))
  }

  #put<T extends Table>(table: T, key: string, value: Tables[T]): void {
    this.store.change((state) => ({
      ...state,
      [table]: new Map<string, unknown>(state[table]).set(key, value),
    }))
  }

  #release(key: string, table: Table): void {
    const users = (this.#users.get(key) ?? 1) - 1
    if (users > 0) {
      this.#users.set(key, users)
      return
    }
    this.#users.delete(key)
    this.#idle.set(key, table)
    for (const [oldest, of] of this.#idle) {
      if (this.#idle.size <= IDLE) break
      this.#idle.delete(oldest)
      this.store.unregister(oldest)
      this.store.change((state) => {
        const left = new Map<string, unknown>(state[of])
        left.delete(oldest)
        return { ...state, [of]: left }
      })
    }
  }
}

const begun: { reading: Reading; error: ApiError | null } = { reading: 'reading', error: null }
const done: { reading: Reading; error: ApiError | null } = { reading: 'read', error: null }

function change<T extends Table>(
  state: State,
  table: T,
  key: string,
  how: (one: Tables[T]) => Tables[T],
): State {
  const map = state[table] as ReadonlyMap<string, Tables[T]>
  const one = map.get(key)
  if (one === undefined) return state
  const now = withEntry(map, key, how(one))
  return now === map ? state : { ...state, [table]: now }
}

function withFeed<T extends { readonly feed: Feed<unknown> }>(list: T, feed: T['feed']): T {
  return list.feed === feed ? list : { ...list, feed }
}
