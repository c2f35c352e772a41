/** Puts values of several lines beside each other, row by row of time, as a chart and a table want them. Pure. */

import type { Gap, SeriesPoint, Timestamp } from '../../bridge/contract.gen'
import { toPixels } from '../../format/decimal'

/** One line of a chart. */
export interface Line {
  readonly name: string
  /** Oldest first. */
  readonly points: readonly SeriesPoint[]
}

export interface Rows {
  readonly at: readonly Timestamp[]
  /** By line, then by row: what is drawn; null where nothing is known. */
  readonly values: readonly (readonly (number | null)[])[]
  /** By line, then by row: what is written. */
  readonly texts: readonly (readonly (string | null)[])[]
}

export const NO_ROWS: Rows = { at: [], values: [], texts: [] }

/**
 * A value holds until the next one, so each row has one of each line. Where events may be missing nothing holds:
 * there the line is broken. `until` is up to when the last values hold; null where they end with their time.
 */
export function rowsOf(
  lines: readonly Line[],
  gaps: readonly Pick<Gap, 'from' | 'to'>[],
  until: Timestamp | null,
): Rows {
  const known = lines.flatMap((line) => line.points.map((point) => point.at))
  const first = Math.min(...known)
  const last = Math.max(...known, until ?? -Infinity)
  const within = gaps.filter((gap) => gap.to > first && gap.from < last)
  const breaks = within.flatMap((gap) => [gap.from, gap.to]).filter((at) => at > first && at < last)
  const at = [...new Set([...known, ...breaks, ...(until === null ? [] : [last])])].sort((a, b) => a - b)
  if (known.length === 0) return { ...NO_ROWS, values: lines.map(() => []), texts: lines.map(() => []) }

  const texts = lines.map((line) => {
    let next = 0
    let held: string | null = null
    let heldAt = -Infinity
    return at.map((time) => {
      let isNew = false
      for (
        let point = line.points[next];
        point !== undefined && point.at <= time;
        point = line.points[next]
      ) {
        held = point.value
        heldAt = point.at
        isNew = point.at === time
        next += 1
      }
      const broken = within.some((gap) => time >= gap.from && heldAt < gap.to && !(isNew && time === heldAt))
      return broken ? null : held
    })
  })
  const values = texts.map((column) => column.map((text) => (text === null ? null : toPixels(text))))
  return { at, values, texts }
}

/** The rows of a table: where something changed, newest first, at most so many. */
export function changesOf(rows: Rows, atMost: number): number[] {
  const found: number[] = []
  for (let index = rows.at.length - 1; index >= 0 && found.length < atMost; index--) {
    const differs = rows.texts.some((column) => index === 0 || column[index] !== column[index - 1])
    if (differs) found.push(index)
  }
  return found
}

/** The row nearest to a time; -1 without rows. */
export function nearest(rows: Rows, time: Timestamp): number {
  let found = -1
  let best = Infinity
  for (const [index, at] of rows.at.entries()) {
    const distance = Math.abs(at - time)
    if (distance < best) {
      best = distance
      found = index
    }
  }
  return found
}

/** The last row of a line that has a value; -1 without one. */
export function lastKnown(rows: Rows, line: number): number {
  return rows.values[line]?.findLastIndex((value) => value !== null) ?? -1
}
