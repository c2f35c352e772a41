/** What the double holds in place of the core's store, and how it tells. */

import type { Stop } from '../bridge'
import type {
  AccountView,
  Activity,
  AppView,
  Batch,
  ClosedAccount,
  Entity,
  EntityId,
  HistoryLine,
  Notice,
  Retention,
  SeriesPoint,
  Settings,
  TransportKind,
  UiEvent,
  VaultView,
} from '../contract.gen'
import type { Clock } from './clock'
import type { Random } from './random'

/** The core sends at most twenty batches a second. */
const BATCH_MS = 50

export interface FakeAccount {
  view: AccountView
  readonly notices: Map<number, Notice>
  /** By kind, then by id. */
  readonly entities: Map<string, Map<string, Entity>>
  /** By thing and name, oldest first. */
  readonly series: Map<string, SeriesPoint[]>
  /** By thing, oldest first. */
  readonly activity: Map<string, Activity[]>
  /** What carries its connections. */
  readonly transport: TransportKind
  /** What its connection did, newest first. */
  readonly history: HistoryLine[]
  retention: Retention
  nextSeq: number
  nextNotice: number
}

export const thingKey = (thing: EntityId): string => `${thing.kind}/${thing.id}`
export const seriesKey = (thing: EntityId, name: string): string => `${thingKey(thing)}/${name}`

export function unreadOf(notices: Iterable<Notice>): Record<string, number> {
  const unread: Record<string, number> = {}
  for (const notice of notices) {
    if (!notice.read && !notice.archived) unread[notice.category] = (unread[notice.category] ?? 0) + 1
  }
  return unread
}

export class World {
  readonly accounts: FakeAccount[] = []
  readonly closed: ClosedAccount[] = []
  vault: VaultView = {
    backend: 'keyring',
    state: 'ready',
    sentence: 'Tokens and keys are kept in this computer’s keyring.',
    sealedFile: false,
  }
  settings: Settings = {
    theme: 'system',
    textSize: '100',
    letterShortcuts: 'on',
    notifications: { consent: 'granted', silenced: [], hideContent: false },
    vault: 'keyring',
  }
  readonly app: Omit<AppView, 'now'> = {
    version: '0.1.0',
    home: '~/.local/share/carillon',
    system: 'linux',
    hasDemo: true,
  }

  readonly #listeners = new Set<(batch: Batch) => void>()
  #waiting: UiEvent[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #seq = 0

  constructor(
    readonly clock: Clock,
    readonly random: Random,
  ) {}

  now(): number {
    return this.clock.now()
  }

  account(id: string): FakeAccount | undefined {
    return this.accounts.find((account) => account.view.account.id === id)
  }

  listen(onBatch: (batch: Batch) => void): Stop {
    this.#listeners.add(onBatch)
    return () => {
      this.#listeners.delete(onBatch)
    }
  }

  /** Tells what is already kept. With a standing clock it is told at once. */
  tell(...events: UiEvent[]): void {
    if (events.length === 0) return
    this.#waiting.push(...events)
    if (this.clock.frozen) this.#flush()
    else
      this.#timer ??= setTimeout(() => {
        this.#flush()
      }, BATCH_MS)
  }

  /** Loses a batch, as a window that sleeps does: the next one's number jumps. */
  lose(): void {
    this.#seq += 1
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch: Batch = { seq: ++this.#seq, events: this.#waiting }
    this.#waiting = []
    for (const listener of this.#listeners) listener(structuredClone(batch))
  }
}
