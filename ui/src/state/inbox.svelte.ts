/**
 * What a person does to notices. It shows at once, goes back where the core refuses it, and can be undone.
 */

import { toCallError, type CallError } from '../bridge/bridge'
import type { Notice } from '../bridge/contract.gen'
import { byAccount, confirm } from './reduce/notices'
import type { Pending } from './state'
import type { Store } from './store.svelte'

/** How many steps can be undone. */
const UNDO = 20

/** One step that can be undone. */
export interface Step {
  readonly what: 'read' | 'unread' | 'archive' | 'unarchive'
  /** Those that the step changed, as they were. */
  readonly notices: readonly Notice[]
}

const CHANGE: Record<Step['what'], Pending['to']> = {
  read: { read: true },
  unread: { read: false },
  archive: { archived: true },
  unarchive: { archived: false },
}

const BACK: Record<Step['what'], Step['what']> = {
  read: 'unread',
  unread: 'read',
  archive: 'unarchive',
  unarchive: 'archive',
}

export class Inbox {
  /** What can be undone, the newest last. */
  steps: readonly Step[] = $state.raw([])
  #next = 1

  constructor(
    private readonly store: Store,
    private readonly onRefused: (error: CallError, step: Step) => void = () => undefined,
  ) {}

  /** Does a step. Gives what it changed, or null where nothing had to be changed. */
  act(what: Step['what'], notices: readonly Notice[]): Step | null {
    const step = this.#do(what, notices)
    if (step !== null) this.steps = [...this.steps, step].slice(-UNDO)
    return step
  }

  /** A notice is shown, and read by that. This is no step of the person's: undoing goes back to what they did. */
  see(notice: Notice): void {
    this.#do('read', [notice])
  }

  /** Undoes a step, the newest one by itself. Gives it, or null where there is none. */
  undo(step: Step | undefined = this.steps.at(-1)): Step | null {
    if (step === undefined || !this.steps.includes(step)) return null
    this.steps = this.steps.filter((one) => one !== step)
    const to = CHANGE[step.what]
    this.#do(
      BACK[step.what],
      step.notices.map((notice) => ({ ...notice, ...to })),
    )
    return step
  }

  /** Marks all notices of these accounts read; none means all. This is not undone: nobody knows which were unread. */
  async readAll(accounts: readonly string[]): Promise<void> {
    await this.store.call('read_all', { accounts: [...accounts] })
  }

  #do(what: Step['what'], notices: readonly Notice[]): Step | null {
    const to = CHANGE[what]
    const changed = notices.filter(
      (notice) =>
        (to.read ?? notice.read) !== notice.read || (to.archived ?? notice.archived) !== notice.archived,
    )
    if (changed.length === 0) return null
    const step: Step = { what, notices: changed }
    for (const [account, own] of byAccount(changed)) void this.#send(step, account, own, to)
    return step
  }

  async #send(step: Step, account: string, notices: readonly Notice[], to: Pending['to']): Promise<void> {
    const id = this.#next++
    const ids = notices.map((notice) => notice.id)
    this.store.change((state) => ({ ...state, pending: [...state.pending, { id, notices, to }] }))
    try {
      if (to.read !== undefined) await this.store.call('set_read', { account, ids, read: to.read })
      if (to.archived !== undefined)
        await this.store.call('set_archived', { account, ids, archived: to.archived })
      // The core has it; that it is told again changes nothing.
      const now = this.store.bridge.now()
      this.store.change((state) => confirm(state, id, now))
    } catch (thrown) {
      this.store.change((state) => ({ ...state, pending: state.pending.filter((one) => one.id !== id) }))
      this.steps = this.steps.filter((one) => one !== step)
      this.onRefused(toCallError(thrown), step)
    }
  }
}
