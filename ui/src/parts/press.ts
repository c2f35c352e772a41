/** A finger that stays where it is: pure, so that it is tested without one. */

/** How long a finger rests before it means more than a tap, in milliseconds. */
export const LONG_MS = 500
/** A finger that moves further scrolls; in CSS pixels. */
const SLOP = 10

export interface Press {
  readonly x: number
  readonly y: number
}

/** Whether a finger has left the place where it was put down. */
export function hasMoved(press: Press, x: number, y: number): boolean {
  return Math.hypot(x - press.x, y - press.y) > SLOP
}
