/** Over which time a market's chart goes. */

import type { Timestamp } from '../../bridge/contract.gen'
import { m } from '../../text'

export const RANGES = ['hour', 'day', 'week', 'all'] as const
export type Range = (typeof RANGES)[number]

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const SPAN: Record<Range, number> = { hour: HOUR, day: DAY, week: 7 * DAY, all: Infinity }

/** Values of a chart; more than its pixels show nothing more. */
export const VALUES = 400

export interface Window {
  /** From when on values are asked for: earlier than they are shown, so that the line comes in from the left. */
  readonly since: Timestamp
  readonly from: Timestamp
  readonly to: Timestamp
}

/** The window of a range that ends at a time. `first` is the first known value, for a range over everything. */
export function windowOf(range: Range, end: Timestamp, first: Timestamp | null): Window {
  const span = SPAN[range]
  if (span === Infinity) return { since: 0, from: Math.min(first ?? end - DAY, end - MINUTE), to: end }
  return { since: end - 2 * span, from: end - span, to: end }
}

export function rangeLabel(range: Range): string {
  switch (range) {
    case 'hour':
      return m.range_hour()
    case 'day':
      return m.range_day()
    case 'week':
      return m.range_week()
    case 'all':
      return m.range_all()
  }
}
