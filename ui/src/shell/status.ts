import type { AccountView } from '../bridge/contract.gen'

/** When the newest event came, over all accounts. */
export function lastEvent(accounts: readonly AccountView[]): number | null {
  const times = accounts.map((view) => view.lastEventAt).filter((at) => at !== null)
  return times.length === 0 ? null : Math.max(...times)
}
