/** Up to when everything is on this computer, and what is missing all the same. Pure. */

import { completeUntil } from './account'
import type { AccountView, Timestamp } from './bridge/contract.gen'
import { formatList } from './format/list'
import { m } from './text'

/** How complete several accounts are together: as much as the one that is furthest behind. */
export interface Complete {
  readonly until: Timestamp
  /** Whether there are spans before that in which events may be missing. */
  readonly gaps: boolean
  /** How many accounts the person disconnected: nothing is claimed of them. */
  readonly paused: number
}

/** Null while an account that is to be connected was never complete, and where there is none. */
export function completeOf(accounts: readonly AccountView[], now: Timestamp): Complete | null {
  const wanted = accounts.filter((view) => !view.paused)
  const marks = wanted.map((view) => completeUntil(view, now)).filter((mark) => mark !== null)
  if (marks.length === 0 || marks.length < wanted.length) return null
  return {
    until: Math.min(...marks),
    gaps: wanted.some((view) => view.gaps.length > 0),
    paused: accounts.length - wanted.length,
  }
}

/** What "complete up to then" leaves out, as it is said after "but for"; null where it leaves nothing out. */
export function exceptOf({ gaps, paused }: Complete): string | null {
  const left = [
    ...(gaps ? [m.complete_but_gaps()] : []),
    ...(paused > 0 ? [m.complete_but_paused({ count: paused })] : []),
  ]
  return left.length === 0 ? null : formatList(left)
}
