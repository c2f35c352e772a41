import type { Batch } from '../bridge/contract.gen'

/** Events of one second: how many came, and how many of them were new notices. */
export interface Second {
  readonly count: number
  readonly notices: number
}

/** A pin of the peal: where it stands, and from where it hangs down to the line. */
export interface Pin {
  readonly x: number
  readonly top: number
  /** Whether a notice was among them: whether it rang is for the system and the person to say. */
  readonly notice: boolean
}

/** The peal shows the last minute. */
export const SECONDS = 60

/** Width and height of the drawing, in its own units. */
export const WIDTH = 132
export const HEIGHT = 14

/** With so many events in a second the pin has its full height. */
const FULL = 16
/** Where a single event's pin begins, and where that of a notice does; the line is at 13. */
const LOWEST = 7
const HIGHEST = 2

/** The pins of the last minute, oldest left. The height grows slowly, so that one event is seen beside a hundred. */
export function pins(seconds: readonly Second[]): Pin[] {
  const last = seconds.slice(-SECONDS)
  const step = (WIDTH - 2) / (SECONDS - 1)
  return last.flatMap(({ count, notices }, index) => {
    if (count === 0) return []
    const share = Math.min(1, Math.log2(count) / Math.log2(FULL))
    const x = Math.round((1 + (SECONDS - last.length + index) * step) * 10) / 10
    const notice = notices > 0
    return [{ x, top: notice ? HIGHEST : LOWEST - share * (LOWEST - HIGHEST - 1), notice }]
  })
}

/** What a batch adds to the second in which it came: what changed, and what was told. */
export function heard(batch: Batch): Second {
  let count = 0
  let notices = 0
  for (const event of batch.events) {
    if (event.type === 'changes') count += Math.max(event.activity.length, event.entities.length, 1)
    if (event.type !== 'notices') continue
    count += event.notices.length
    notices += event.notices.length
  }
  return { count, notices }
}
