import type { AccountView, ClosedAccount, Timestamp } from '../../bridge/contract.gen'

/** What stands above the list where something about the accounts has to be said. */
export type Banner =
  /**
   * No account is connected, without the person having wanted so; `network` where this computer has no network, as far
   * as can be told. `soonest` is tried next.
   */
  | {
      is: 'offline'
      network: boolean
      completeUntil: Timestamp | null
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
}

/** The most pressing thing to say; `null` where nothing is. Of several accounts that ask, the first. */
export function bannerOf({ accounts, closed, online }: Situation): Banner | null {
  const asking = accounts.find(({ connection }) => connection.state === 'error')
  if (asking !== undefined) return { is: 'sign-in', account: asking }

  const wanted = accounts.filter(({ paused }) => !paused)
  const away = wanted.filter(({ connection }) => connection.state === 'reconnecting')
  if (away.length > 0 && away.length === wanted.length) {
    return {
      is: 'offline',
      network: isWithoutNetwork(away, online),
      // What a closed account had received can't be vouched for.
      completeUntil: closed.length > 0 ? null : oldest(wanted),
      soonest: soonestOf(away),
      accounts: wanted,
    }
  }
  return accounts.length > 0 && closed.length > 0 ? { is: 'closed', closed } : null
}

/**
 * Whether it is this computer that is offline. That one server can't be reached does not say so: it may be down. That
 * none of several can, does.
 */
function isWithoutNetwork(away: readonly AccountView[], online: boolean): boolean {
  if (away.some(({ connection }) => connection.code !== 'unreachable')) return false
  return !online || new Set(away.map(({ account }) => account.server)).size > 1
}

/** The account that is tried next. */
function soonestOf(away: readonly AccountView[]): AccountView | undefined {
  const at = ({ connection }: AccountView): number => connection.nextTryAt ?? 0
  return [...away].sort((a, b) => at(a) - at(b))[0]
}

/** Up to when everything of all accounts is here: the oldest account's mark. */
function oldest(accounts: readonly AccountView[]): Timestamp | null {
  let until: Timestamp | null = null
  for (const { completeUntil } of accounts) {
    if (completeUntil === null) return null
    until = until === null ? completeUntil : Math.min(until, completeUntil)
  }
  return until
}
