import type { Notice } from '../../bridge/contract.gen'
import { formatCount, formatDecimal } from '../../format/number'
import { m } from '../../text'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long after it happened this computer had it stored, in words. */
export function receivedAfter({ occurredAt, receivedAt }: Pick<Notice, 'occurredAt' | 'receivedAt'>): string {
  const span = receivedAt - occurredAt
  // The two times are of two clocks.
  if (span < 0) return m.notice_happened_clock()
  if (span === 0) return m.notice_happened_received_same()
  return m.notice_happened_received({ span: spanName(span) })
}

/** A span in the one unit that fits it: `22 ms`, `1.4 s`, `3 min`. */
export function spanName(span: number): string {
  if (span < SECOND) return m.span_millis({ count: formatCount(span) })
  if (span < MINUTE) return m.span_seconds({ count: tenths(span / SECOND) })
  if (span < HOUR) return m.span_minutes({ count: formatCount(Math.floor(span / MINUTE)) })
  if (span < DAY) return m.span_hours({ count: tenths(span / HOUR) })
  return m.span_days({ count: tenths(span / DAY) })
}

function tenths(value: number): string {
  const units = BigInt(Math.floor(value * 10))
  return units % 10n === 0n ? formatCount(units / 10n) : formatDecimal({ units, places: 1 })
}
