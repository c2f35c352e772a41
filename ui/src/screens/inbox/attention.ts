import { lookOf, nameOf } from '../../account'
import type { AccountView, ClosedAccount, Notice, Timestamp } from '../../bridge/contract.gen'
import { whyAway } from '../../connection'
import { daysAgo } from '../../format/time'
import { m } from '../../text'
import { href } from '..'

/** An account that is not as it should be: what is so, and where that can be mended. */
export interface Attention {
  readonly id: string
  readonly name: string
  /** Null of an account that can't be opened. */
  readonly view: AccountView | null
  readonly text: string
  readonly href: string
}

export interface Situation {
  readonly accounts: readonly AccountView[]
  readonly closed: readonly ClosedAccount[]
  readonly now: Timestamp
  readonly startedAt: Timestamp | null
  readonly offline: boolean
}

/** Those that somebody has to look at, those that wait for the person first. */
export function attentionOf({ accounts, closed, now, startedAt, offline }: Situation): Attention[] {
  const shut = closed.map(({ id, title }) => ({
    id,
    name: title,
    view: null,
    text: m.rail_closed(),
    href: href('connections'),
  }))
  const not = accounts.filter((view) => lookOf(view.connection) !== 'live')
  const asking = not.filter((view) => lookOf(view.connection) === 'failed')
  const others = not.filter((view) => !asking.includes(view))
  const told = [...asking, ...others].map((view) => {
    const { id } = view.account
    const asks = asking.includes(view)
    return {
      id,
      name: nameOf(view, accounts),
      view,
      text: asks ? m.connection_failed() : textOf(view, now, startedAt, offline),
      href: asks ? href('add', {}, { again: id }) : href('connections', { account: id }),
    }
  })
  return [...shut, ...told]
}

function textOf(view: AccountView, now: Timestamp, startedAt: Timestamp | null, offline: boolean): string {
  if (view.paused) return m.prices_paused()
  if (lookOf(view.connection) === 'catching') return m.connection_catching()
  const why = whyAway(view, now, startedAt, offline)
  return why === '' ? m.connection_connecting() : why
}

/**
 * How many notices of today are in a list, per account; null where it was not read down to yesterday, so that nobody
 * can say.
 */
export function todayOf(
  notices: readonly Notice[],
  more: boolean,
  now: Timestamp,
): ReadonlyMap<string, number> | null {
  const today = notices.filter((notice) => daysAgo(notice.occurredAt, now) <= 0)
  if (more && today.length === notices.length) return null
  const counts = new Map<string, number>()
  for (const { account } of today) counts.set(account, (counts.get(account) ?? 0) + 1)
  return counts
}
