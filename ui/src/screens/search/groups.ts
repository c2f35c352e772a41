import type { AccountId, Notice, Timestamp } from '../../bridge/contract.gen'
import { daysAgo } from '../../format/time'
import { m } from '../../text'

/** Notices that were found, of one stretch of time. */
export interface Group {
  key: 'today' | 'week' | 'month' | 'before'
  name: string
  notices: Notice[]
}

const NAMES: Record<Group['key'], () => string> = {
  today: () => m.search_today(),
  week: () => m.search_week(),
  month: () => m.search_month(),
  before: () => m.search_before(),
}

function keyFor(days: number): Group['key'] {
  if (days <= 0) return 'today'
  if (days < 7) return 'week'
  return days < 31 ? 'month' : 'before'
}

/** What was found, newest first by the time of the event, in groups by how long ago that was; none is empty. */
export function groupsOf(notices: readonly Notice[], now: Timestamp): Group[] {
  const groups: Group[] = []
  for (const notice of [...notices].sort((a, b) => b.occurredAt - a.occurredAt)) {
    const key = keyFor(daysAgo(notice.occurredAt, now))
    const last = groups.at(-1)
    if (last?.key === key) last.notices.push(notice)
    else groups.push({ key, name: NAMES[key](), notices: [notice] })
  }
  return groups
}

/** How many notices are each account's. */
export function countsOf(notices: readonly Notice[]): ReadonlyMap<AccountId, number> {
  const counts = new Map<AccountId, number>()
  for (const { account } of notices) counts.set(account, (counts.get(account) ?? 0) + 1)
  return counts
}
