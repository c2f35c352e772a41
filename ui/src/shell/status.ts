import { completeUntil } from '../account'
import type { AccountView } from '../bridge/contract.gen'

/**
 * Up to when nothing is missing on this computer: the mark of the account that is furthest behind. Accounts that were
 * disconnected by hand do not count. Null while one has no mark yet.
 */
export function allCompleteUntil(accounts: readonly AccountView[], now: number): number | null {
  const marks = accounts.filter((view) => !view.paused).map((view) => completeUntil(view, now))
  const known = marks.filter((mark) => mark !== null)
  return known.length === 0 || known.length < marks.length ? null : Math.min(...known)
}

/** When the newest event came, over all accounts. */
export function lastEvent(accounts: readonly AccountView[]): number | null {
  const times = accounts.map((view) => view.lastEventAt).filter((at) => at !== null)
  return times.length === 0 ? null : Math.max(...times)
}
