/** A row follows the finger, and what it would do on release. Distances in CSS pixels. */
export type SwipeAction = 'archive' | 'read'

/** Where the action under the row is uncovered: release does it. */
const ENOUGH = 96
/** A finger that moves less sideways than this is scrolling or tapping. */
const SLOP = 10

export interface Swipe {
  startX: number
  startY: number
  dx: number
  phase: 'undecided' | 'sideways' | 'scrolling'
}

export function begin(x: number, y: number): Swipe {
  return { startX: x, startY: y, dx: 0, phase: 'undecided' }
}

export function move(swipe: Swipe, x: number, y: number): Swipe {
  if (swipe.phase === 'scrolling') return swipe
  const dx = x - swipe.startX
  const dy = y - swipe.startY
  if (swipe.phase === 'undecided') {
    if (Math.abs(dy) > SLOP && Math.abs(dy) >= Math.abs(dx)) return { ...swipe, phase: 'scrolling' }
    if (Math.abs(dx) <= SLOP) return swipe
  }
  return { ...swipe, dx, phase: 'sideways' }
}

/** What a release does now: to the left archives, to the right marks read. */
export function actionOf(swipe: Swipe): SwipeAction | null {
  if (swipe.phase !== 'sideways') return null
  if (swipe.dx <= -ENOUGH) return 'archive'
  if (swipe.dx >= ENOUGH) return 'read'
  return null
}
