import type { AccountView, ClosedAccount, Timestamp } from '../../bridge/contract.gen'
import { completeOf, type Complete } from '../../complete'
import { byThemselves, isOffline } from '../../connection'

/** What stands above the list where something about the accounts has to be said. */
export type Banner =
  /**
   * No account is connected, without the person having wanted so; `network` where this computer has no network, as far
   * as can be told. `soonest` is tried next.
   */
  | {
      is: 'offline'
      network: boolean
      complete: Complete | null
      soonest: AccountView | undefined
      accounts: readonly AccountView[]
    }
  | { is: 'sign-in'; account: AccountView }
  /** Notices of these accounts are not in the list: their files could not be opened. */
  | { is: 'closed'; closed: readonly ClosedAccount[] }

export interface Situation {
  readonly accounts: readonly AccountView[]
  readonly closed: readonly ClosedAccount[]
  /** What the system says; it is sure only of having no network. */
  readonly online: boolean
  readonly now: Timestamp
}

/**
 * What is to be said, the most pressing first. That nothing is connected comes before that somebody has to sign in:
 * without a network nobody can. Of several accounts that ask, the first.
 */
export function bannersOf({ accounts, closed, online, now }: Situation): Banner[] {
  const found: Banner[] = []
  const away = byThemselves(accounts)
  if (away.length > 0 && away.every(({ connection }) => connection.state === 'reconnecting')) {
    found.push({
      is: 'offline',
      network: isOffline(accounts, online),
      // What a closed account had received can't be vouched for.
      complete: closed.length > 0 ? null : completeOf(accounts, now),
      soonest: soonestOf(away),
      accounts: away,
    })
  }
  const asking = accounts.find(({ connection }) => connection.state === 'error')
  if (asking !== undefined) found.push({ is: 'sign-in', account: asking })
  // With no account at all the list's place says it.
  if (accounts.length > 0 && closed.length > 0) found.push({ is: 'closed', closed })
  return found
}

/** The account that is tried next. */
function soonestOf(away: readonly AccountView[]): AccountView | undefined {
  const at = ({ connection }: AccountView): number => connection.nextTryAt ?? 0
  return [...away].sort((a, b) => at(a) - at(b))[0]
}
