import type { Notice, Timestamp } from '../../bridge/contract.gen'

/** A line of the list: a day's head, or a notice. */
export type Row =
  { kind: 'day'; key: string; day: Timestamp } | { kind: 'notice'; key: string; notice: Notice }

/** What tells notices of all accounts apart. */
export function keyOf(notice: Pick<Notice, 'account' | 'id'>): string {
  return `${notice.account}/${String(notice.id)}`
}

/** The start of a moment's day, where the person is. */
export function dayOf(at: Timestamp): Timestamp {
  return new Date(at).setHours(0, 0, 0, 0)
}

/** Notices, newest first, with a head above each day's first. */
export function rowsOf(notices: readonly Notice[]): Row[] {
  const rows: Row[] = []
  let day: Timestamp | undefined
  for (const notice of notices) {
    const its = dayOf(notice.occurredAt)
    if (its !== day) {
      day = its
      rows.push({ kind: 'day', key: `day/${String(its)}`, day: its })
    }
    rows.push({ kind: 'notice', key: keyOf(notice), notice })
  }
  return rows
}

/** Which notice the selection goes to when this one leaves the list: the next older one, else the next newer. */
export function neighbour(notices: readonly Notice[], key: string): Notice | null {
  const at = notices.findIndex((notice) => keyOf(notice) === key)
  if (at < 0) return null
  return notices[at + 1] ?? notices[at - 1] ?? null
}

/** The notice so many lines further down (or up, below zero), staying within the list. */
export function step(notices: readonly Notice[], key: string | null, by: number): Notice | null {
  if (notices.length === 0) return null
  const at = key === null ? -1 : notices.findIndex((notice) => keyOf(notice) === key)
  if (at < 0) return notices[by < 0 ? notices.length - 1 : 0] ?? null
  return notices[Math.min(Math.max(at + by, 0), notices.length - 1)] ?? null
}
