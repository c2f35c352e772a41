import { lookOf, nameOf } from '../../account'
import type { AccountId, AccountView, ClosedAccount } from '../../bridge/contract.gen'
import { sentences } from '../../connection'
import { formatList } from '../../format/list'
import { m } from '../../text'

/** Accounts that may hold what nobody here knows of: while there are some, no list can be called all there is. */
export interface Unknown {
  /** What happened there has not come, or not all of it. */
  readonly behind: readonly AccountView[]
  /** The person disconnected them. */
  readonly paused: readonly AccountView[]
  /** Also what had come can't be read. */
  readonly closed: readonly ClosedAccount[]
}

/** Those of one account, or of all where `of` is null. */
export function unknownOf(
  accounts: readonly AccountView[],
  closed: readonly ClosedAccount[],
  of: AccountId | null,
): Unknown {
  const shown = accounts.filter((view) => of === null || view.account.id === of)
  return {
    behind: shown.filter((view) => !view.paused && lookOf(view.connection) !== 'live'),
    paused: shown.filter((view) => view.paused),
    closed: closed.filter((one) => of === null || one.id === of),
  }
}

export const isKnown = ({ behind, paused, closed }: Unknown): boolean =>
  behind.length + paused.length + closed.length === 0

/** Which those are, by name, each with why. */
export function whichUnknown({ behind, paused, closed }: Unknown, all: readonly AccountView[]): string {
  const names = (views: readonly AccountView[]): string => formatList(views.map((view) => nameOf(view, all)))
  return sentences(
    behind.length > 0 ? m.inbox_unknown_behind({ accounts: names(behind) }) : null,
    paused.length > 0 ? m.inbox_unknown_paused({ accounts: names(paused) }) : null,
    closed.length > 0
      ? m.inbox_unknown_closed({ accounts: formatList(closed.map(({ title }) => title)) })
      : null,
  )
}
