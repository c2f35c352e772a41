/**
 * Keeps the window's copy of the core's store: reads it, takes what is told, and reads again what was missed.
 *
 * An answer and what is told meanwhile reach the window in no particular order. So what arrives while something
 * is being read is kept (`#journal`) and told once more to the answer; the reducer takes it only once.
 */

import {
  toCallError,
  type Answer,
  type Bridge,
  type CallArgs,
  type CallError,
  type Command,
  type Stop,
} from '../bridge/bridge'
import type { Batch, Snapshot, UiEvent } from '../bridge/contract.gen'
import { animationFrames, type Frames } from './frame'
import { reduce, reduceBatch } from './reduce'
import { takeSnapshot } from './reduce/accounts'
import { initialState, type State } from './state'

/** How long after a failed reading it is tried again. */
const AGAIN_MS = 2_000
/** How many events are kept for a reading under way; with more the reading is made again. */
const JOURNAL = 5_000

export class Store {
  /** Never changed in place: each state is a new object. */
  state: State = $state.raw(initialState)
  /** Why the last reading failed; what is shown then is what was known before. */
  failure: CallError | null = $state.raw(null)

  /** What reads each query again. */
  #readers: readonly { readonly key: string; readonly read: () => Promise<void> }[] = []
  #queue: Batch[] = []
  #journal: UiEvent[] = []
  #overflowed = false
  #readings = 0
  #readingAnew = false
  #stops: Stop[] = []
  #again: ReturnType<typeof setTimeout> | undefined
  /** What the timer would run; null while nothing waits for it. */
  #waits: (() => Promise<void>) | null = null

  /** Told of each batch as it comes, for what counts rather than keeps. */
  // Nothing is drawn from it.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly hearers = new Set<(batch: Batch) => void>()

  constructor(
    readonly bridge: Bridge,
    private readonly frames: Frames = animationFrames(),
  ) {}

  /** Listens, then reads: what happens in between is told twice rather than not at all. */
  async start(): Promise<void> {
    try {
      this.#stops.push(
        await this.bridge.listen((batch) => {
          this.#take(batch)
        }),
      )
    } catch (thrown) {
      this.failure = toCallError(thrown)
      this.#later(() => this.start())
      return
    }
    await this.readAnew()
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
    clearTimeout(this.#again)
    this.#waits = null
  }

  call<C extends Command>(command: C, ...args: CallArgs<C>): Promise<Answer<C>> {
    return this.bridge.call(command, ...args)
  }

  /** Changes the state by something that is not told by the core. */
  change(how: (state: State) => State): void {
    this.state = how(this.state)
  }

  /** Keeps a query up: it is read again where something was missed. */
  register(key: string, read: () => Promise<void>): void {
    this.#readers = [...this.#readers, { key, read }]
  }

  unregister(key: string): void {
    this.#readers = this.#readers.filter((reader) => reader.key !== key)
  }

  /** Reads something, puts it into the state, and tells it what happened meanwhile. */
  async read<T>(ask: () => Promise<T>, put: (state: State, answer: T) => State): Promise<void> {
    const from = this.#journal.length
    this.#readings += 1
    try {
      const answer = await ask()
      const now = this.bridge.now()
      const meanwhile = this.#journal.slice(from)
      this.change((state) =>
        meanwhile.reduce((before, event) => reduce(before, event, now), put(state, answer)),
      )
    } finally {
      this.#readings -= 1
      if (this.#readings === 0) {
        this.#journal = []
        if (this.#overflowed) this.change((state) => ({ ...state, outdated: true }))
        this.#overflowed = false
      }
      this.#mend()
    }
  }

  /** Reads everything again. */
  async readAnew(): Promise<void> {
    if (this.#readingAnew) return
    this.#readingAnew = true
    clearTimeout(this.#again)
    this.#waits = null
    try {
      do {
        this.change((state) => ({ ...state, outdated: false }))
        await this.read(
          () => this.bridge.call('snapshot'),
          (state, snapshot) => withSnapshot(state, snapshot, this.bridge.now()),
        )
        await Promise.all(this.#readers.map((reader) => reader.read()))
      } while (this.state.outdated)
      this.failure = null
    } catch (thrown) {
      this.failure = toCallError(thrown)
      this.#later(() => this.readAnew())
    } finally {
      this.#readingAnew = false
    }
  }

  /** Tries now what failed and would be tried again soon. Does nothing where that is under way. */
  async tryNow(): Promise<void> {
    clearTimeout(this.#again)
    const run = this.#waits
    this.#waits = null
    await run?.()
  }

  #later(run: () => Promise<void>): void {
    clearTimeout(this.#again)
    this.#waits = run
    this.#again = setTimeout(() => void this.tryNow(), AGAIN_MS)
  }

  #take(batch: Batch): void {
    for (const hear of this.hearers) hear(batch)
    if (this.#readings > 0) {
      if (this.#journal.length < JOURNAL) this.#journal.push(...batch.events)
      else this.#overflowed = true
    }
    this.#queue.push(batch)
    this.frames.request(() => {
      this.#flush()
    })
  }

  #flush(): void {
    const now = this.bridge.now()
    const batches = this.#queue
    this.#queue = []
    this.change((state) => batches.reduce((before, batch) => reduceBatch(before, batch, now), state))
    this.#mend()
  }

  /** Reads again what was missed, unless that is under way. */
  #mend(): void {
    if (this.state.outdated) void this.readAnew()
  }
}

/** A state with a new snapshot, without what belonged to accounts that are gone. */
function withSnapshot(state: State, snapshot: Snapshot, now: number): State {
  const ids = new Set(snapshot.accounts.map((view) => view.account.id))
  const known = <T extends { readonly query: { readonly account: string } }>(
    map: ReadonlyMap<string, T>,
  ): ReadonlyMap<string, T> => {
    const kept = [...map].filter(([, one]) => ids.has(one.query.account))
    return kept.length === map.size ? map : new Map(kept)
  }
  return {
    ...takeSnapshot(state, snapshot, now),
    things: known(state.things),
    series: known(state.series),
    activity: known(state.activity),
    histories: known(state.histories),
  }
}
