/** For how long notices are kept: what may be chosen, and how it is said. */

import type { Retention } from '../../bridge/contract.gen'
import type { Option } from '../../parts/options'
import { formatCount } from '../../format/number'
import { m } from '../../text'

const DAYS = [30, 90, 180, 365, 1_095] as const
export const FOR_EVER = 'for-ever'

export function keptFor(days: number | null): string {
  if (days === null) return m.set_keep_for_ever()
  if (days === 365) return m.set_keep_year()
  return days % 365 === 0
    ? m.set_keep_years({ count: formatCount(days / 365) })
    : m.set_keep_days({ count: formatCount(days) })
}

/** What may be chosen, and what is so already. */
export function keepOptions(now: number | null): Option<string>[] {
  const all = new Set<number>(now === null ? DAYS : [...DAYS, now])
  const days = [...all].sort((a, b) => a - b).map((one) => ({ value: String(one), label: keptFor(one) }))
  return [...days, { value: FOR_EVER, label: keptFor(null) }]
}

/** The retention as it is once this was chosen. */
export function chosen(before: Retention, value: string): Retention {
  return { ...before, days: value === FOR_EVER ? null : Number(value) }
}
