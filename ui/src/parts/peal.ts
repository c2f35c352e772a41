import type { Batch } from '../bridge/contract.gen'

/** Events of one second: how many came, and whether one of them rang. */
export interface Second {
  readonly count: number
  readonly rang: boolean
}

/** A pin of the peal: where it stands, and from where it hangs down to the line. */
export interface Pin {
  readonly x: number
  readonly top: number
  readonly rang: boolean
}

/** The peal shows the last minute. */
export const SECONDS = 60

/** Width and height of the drawing, in its own units. */
export const WIDTH = 132
export const HEIGHT = 14

/** With so many events in a second the pin has its full height. */
const FULL = 16
const LOWEST = 9
const HIGHEST = 4

/** The pins of the last minute, oldest left. The height grows slowly, so that one event is seen beside a hundred. */
export function pins(seconds: readonly Second[]): Pin[] {
  const last = seconds.slice(-SECONDS)
  const step = (WIDTH - 2) / (SECONDS - 1)
  return last.flatMap(({ count, rang }, index) => {
    if (count === 0) return []
    const share = Math.min(1, Math.log2(count) / Math.log2(FULL))
    const x = Math.round((1 + (SECONDS - last.length + index) * step) * 10) / 10
    return [{ x, top: rang ? HIGHEST : LOWEST - share * (LOWEST - HIGHEST - 1), rang }]
  })
}

/** What a batch adds to the second in which it came: what changed and what was told, and whether it rang. */
export function heard(batch: Batch): Second {
  let count = 0
  let rang = false
  for (const event of batch.events) {
    if (event.type === 'changes') count += Math.max(event.activity.length, event.entities.length, 1)
    if (event.type !== 'notices') continue
    count += event.notices.length
    rang ||= !event.summary && event.notices.length > 0
  }
  return { count, rang }
}
