import type { AccountView, Timestamp } from '../../bridge/contract.gen'

/** What stands above the list where something about the connections has to be said. */
export type Banner =
  /** No account is connected, without the person having wanted so. */
  | { is: 'offline'; completeUntil: Timestamp | null; accounts: readonly AccountView[] }
  | { is: 'sign-in'; account: AccountView }

/** The most pressing thing to say; `null` where nothing is. Of several accounts that ask, the first. */
export function bannerOf(accounts: readonly AccountView[]): Banner | null {
  const asking = accounts.find(({ connection }) => connection.state === 'error')
  if (asking !== undefined) return { is: 'sign-in', account: asking }

  const wanted = accounts.filter(({ paused }) => !paused)
  const away = wanted.filter(({ connection }) => connection.state === 'reconnecting')
  if (away.length === 0 || away.length < wanted.length) return null
  return { is: 'offline', completeUntil: oldest(wanted), accounts: wanted }
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
