import type { Notice, Timestamp } from '../../bridge/contract.gen'
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

/** Stretches of time that what was found can be narrowed to, each within the one before. */
export const WHENS = ['any', 'month', 'week', 'today'] as const

export type When = (typeof WHENS)[number]

export const whenName = (when: When): string => (when === 'any' ? m.search_any_time() : NAMES[when]())

/** Whether a notice is of a stretch of time. */
export function isWithin({ occurredAt }: Notice, when: When, now: Timestamp): boolean {
  const days = daysAgo(occurredAt, now)
  switch (when) {
    case 'any':
      return true
    case 'month':
      return days < 31
    case 'week':
      return days < 7
    case 'today':
      return days <= 0
  }
}
