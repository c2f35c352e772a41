/**
 * What screens use: the store, its queries, what a person does, and the time. One for a window.
 *
 * In a component: `const app = useApp()`, then `app.accounts`, `const inbox = app.notices(() => query)` and
 * `inbox.items`. Whatever is read in a template, `$derived` or `$effect` is followed.
 */

import { getContext, setContext } from 'svelte'
import { online } from 'svelte/reactivity/window'

import type { Bridge, CallError } from '../bridge/bridge'
import type { AccountView, Snapshot } from '../bridge/contract.gen'
import { isOffline } from '../connection'
import { animationFrames, type Frames } from './frame'
import { Inbox, type Step } from './inbox.svelte'
import { Queries } from './queries'
import {
  accountOf,
  type ActivityQuery,
  type HistoryQuery,
  type NoticeQuery,
  type Reading,
  type SeriesQuery,
  type ThingsQuery,
} from './state'
import { Store } from './store.svelte'
import { ActivityView, HistoryView, NoticesView, SeriesView, ThingsView } from './views.svelte'

const SECOND = 1_000

export interface AppOptions {
  readonly frames?: Frames
  /** Hears when the core refused what a person did to notices; it has been taken back by then. */
  readonly onRefused?: (error: CallError, step: Step) => void
}

export class App {
  readonly store: Store
  /** What a person does to notices: `act`, `undo`. */
  readonly inbox: Inbox
  /** The time by this computer's clock; it moves once a second. */
  now: number = $state(0)
  readonly #queries: Queries
  readonly #clock = (): number => this.now

  constructor(
    readonly bridge: Bridge,
    options: AppOptions = {},
  ) {
    this.store = new Store(bridge, options.frames ?? animationFrames())
    this.inbox = new Inbox(this.store, options.onRefused)
    this.#queries = new Queries(this.store)
    this.now = bridge.now()
  }

  /** Starts to listen and to read. Gives what ends it. */
  start(): () => void {
    void this.store.start()
    const timer = setInterval(() => {
      this.now = this.bridge.now()
    }, SECOND)
    return () => {
      clearInterval(timer)
      this.store.stop()
    }
  }

  /** Everything that the window begins with, kept up; null before the first reading. */
  get snapshot(): Snapshot | null {
    return this.store.state.snapshot
  }

  /** Whether the first reading is done, still to come, or failed. A failed one is tried again by itself. */
  get reading(): Reading {
    if (this.snapshot !== null) return 'read'
    return this.store.failure === null ? 'reading' : 'failed'
  }

  /** Why the last reading failed; null where it did not. */
  get failure(): CallError | null {
    return this.store.failure
  }

  get accounts(): readonly AccountView[] {
    return this.snapshot?.accounts ?? []
  }

  /** Whether this computer has no network, as far as can be told: then everything that is away is called offline. */
  get offline(): boolean {
    return isOffline(this.accounts, online.current ?? true)
  }

  account(id: string): AccountView | undefined {
    return accountOf(this.store.state, id)
  }

  /** How many notices of an account are unread; of all where none is given. The core counts, this adds up. */
  unread(id?: string): number {
    const views = id === undefined ? this.accounts : this.accounts.filter((view) => view.account.id === id)
    return views.flatMap((view) => Object.values(view.unread)).reduce((sum, count) => sum + count, 0)
  }

  /** A part of the inbox, or what holds some words. Only while a component is being made. */
  notices(query: () => NoticeQuery): NoticesView {
    return new NoticesView(this.#queries, () => this.#queries.notices(query()), 'lists', this.#clock)
  }

  /** All things of a kind, or one. Only while a component is being made. */
  things(query: () => ThingsQuery): ThingsView {
    return new ThingsView(this.#queries, () => this.#queries.things(query()))
  }

  /** Values of a thing over time. Only while a component is being made. */
  series(query: () => SeriesQuery): SeriesView {
    return new SeriesView(this.#queries, () => this.#queries.series(query()))
  }

  /** What happened to a thing. Only while a component is being made. */
  activity(query: () => ActivityQuery): ActivityView {
    return new ActivityView(this.#queries, () => this.#queries.activity(query()), 'activity', this.#clock)
  }

  /** What a connection did, read again where `of` changes. Only while a component is being made. */
  history(query: () => HistoryQuery, of: () => unknown): HistoryView {
    return new HistoryView(this.#queries, () => this.#queries.history(query()), of)
  }
}

const KEY = Symbol('app')

export function provideApp(app: App): App {
  return setContext(KEY, app)
}

export function useApp(): App {
  return getContext<App>(KEY)
}
