/** The path of a sparkline: the shape of a movement, without axes and without meaning alone. Pure. */

import type { SeriesPoint, Timestamp } from '../../bridge/contract.gen'
import { toPixels } from '../../format/decimal'

export const SPARK = { width: 64, height: 20 } as const
/** Room for the line's own width. */
const EDGE = 2

/** An SVG path over the box; null where there are fewer than two values. */
export function sparkPath(points: readonly SeriesPoint[], from: Timestamp, to: Timestamp): string | null {
  const shown = lastOfEachPixel(
    points.filter((point) => point.at >= from && point.at <= to),
    (to - from) / SPARK.width,
  )
  const values = shown.map((point) => toPixels(point.value))
  if (values.length < 2) return null
  const least = Math.min(...values)
  const most = Math.max(...values)
  const x = (at: Timestamp): number => 1 + ((at - from) / Math.max(1, to - from)) * (SPARK.width - EDGE)
  const y = (value: number): number =>
    most === least
      ? SPARK.height / 2
      : SPARK.height - EDGE - ((value - least) / (most - least)) * (SPARK.height - 2 * EDGE)
  const steps = shown.map(
    (point, index) => `${x(point.at).toFixed(1)} ${y(values[index] ?? least).toFixed(1)}`,
  )
  return `M${steps.join('L')}`
}

/** More values than pixels only blacken the line. */
function lastOfEachPixel(points: readonly SeriesPoint[], step: number): readonly SeriesPoint[] {
  return points.filter((point, index) => {
    const next = points[index + 1]
    return next === undefined || Math.floor(next.at / step) !== Math.floor(point.at / step)
  })
}
