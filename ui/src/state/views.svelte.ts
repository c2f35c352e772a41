/** What a component holds of a query: it uses the query while the component lives, and reads what is known. */

import { untrack } from 'svelte'

import type { ApiError, Activity, Entity, HistoryLine, Notice, SeriesPoint } from '../bridge/contract.gen'
import type { Feed } from './feed'
import type { Entry, Queries, Table, Tables } from './queries'
import { shown } from './reduce/notices'
import { ACTIVITY, NOTICES, queryKey, type Reading } from './state'

/** For how long something is new. */
const NEW_MS = 1_500

abstract class View<T extends Table> {
  readonly #entry: Entry<T> = $derived.by(() => this.ask())
  readonly key: string = $derived(queryKey(this.#entry.empty.query))
  protected readonly one: Tables[T] | undefined = $derived.by(() =>
    (this.queries.store.state[this.#entry.table] as ReadonlyMap<string, Tables[T]>).get(this.key),
  )

  constructor(
    protected readonly queries: Queries,
    private readonly ask: () => Entry<T>,
  ) {
    $effect(() => {
      // Only another query is another use; that a caller made the same one anew is none.
      const key = this.key
      return untrack(() => this.queries.use(key, this.#entry))
    })
  }

  get reading(): Reading {
    return this.one?.reading ?? 'reading'
  }

  get error(): ApiError | null {
    return this.one?.error ?? null
  }

  /** Reads it again: after it failed, or where nothing tells that it has changed. */
  again(): void {
    void this.queries.again(this.key, this.#entry)
  }
}

/** A list that grows at its head. */
abstract class Growing<T extends 'lists' | 'activity', Item> extends View<T> {
  constructor(
    queries: Queries,
    ask: () => Entry<T>,
    private readonly table: T,
    private readonly now: () => number,
  ) {
    super(queries, ask)
  }

  protected abstract get feed(): Feed<Item> | undefined
  protected abstract keyOf(item: Item): string

  /** How many wait above. */
  get waiting(): number {
    return this.feed?.waiting.length ?? 0
  }

  /** Whether there are older ones. */
  get more(): boolean {
    return this.feed?.more ?? false
  }

  /** Whether an item came just now, so that it is tinted. */
  isNew(item: Item): boolean {
    const at = this.feed?.arrivals.get(this.keyOf(item))
    return at !== undefined && this.now() - at < NEW_MS
  }

  /** Says whether somebody reads further down: then new items wait above. */
  hold(held: boolean): void {
    this.queries.hold(this.table, this.key, held)
  }

  /** Shows what waits above. */
  showWaiting(): void {
    this.queries.settle(this.table, this.key)
  }
}

export class NoticesView extends Growing<'lists', Notice> {
  /** Newest first, as the person sees them: what was done to them shows before the core has confirmed it. */
  readonly items: readonly Notice[] = $derived.by(() =>
    this.one === undefined ? [] : shown(this.one, this.queries.store.state.pending),
  )

  protected override get feed(): Feed<Notice> | undefined {
    return this.one?.feed
  }

  protected override keyOf(notice: Notice): string {
    return NOTICES.key(notice)
  }

  loadMore(): void {
    void this.queries.moreNotices(this.key)
  }
}

export class ActivityView extends Growing<'activity', Activity> {
  /** Newest first. */
  get items(): readonly Activity[] {
    return this.one?.feed.items ?? []
  }

  protected override get feed(): Feed<Activity> | undefined {
    return this.one?.feed
  }

  protected override keyOf(line: Activity): string {
    return ACTIVITY.key(line)
  }

  loadMore(): void {
    void this.queries.moreActivity(this.key)
  }
}

export class ThingsView extends View<'things'> {
  readonly all: readonly Entity[] = $derived.by(() =>
    [...(this.one?.all.values() ?? [])].map((thing) => thing.entity),
  )

  get(id: string): Entity | undefined {
    return this.one?.all.get(id)?.entity
  }
}

export class SeriesView extends View<'series'> {
  /** The values of a name, oldest first. */
  points(name: string): readonly SeriesPoint[] {
    return this.one?.points.get(name) ?? NONE
  }
}

/** What a connection did. It is read when somebody begins to look, and again where `of` is another one than before. */
export class HistoryView extends View<'histories'> {
  readonly #of: unknown = $derived.by(() => this.of())

  constructor(
    queries: Queries,
    ask: () => Entry<'histories'>,
    private readonly of: () => unknown,
  ) {
    super(queries, ask)
    // What nobody has read yet is read by being used.
    let read = untrack(() => (queries.store.state.histories.has(this.key) ? undefined : this.#of))
    $effect(() => {
      const now = this.#of
      if (now === read) return
      read = now
      untrack(() => {
        this.again()
      })
    })
  }

  /** Newest first. */
  get lines(): readonly HistoryLine[] {
    return this.one?.lines ?? NO_LINES
  }
}

const NONE: readonly SeriesPoint[] = []
const NO_LINES: readonly HistoryLine[] = []
