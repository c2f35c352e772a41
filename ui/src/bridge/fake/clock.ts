/** Time as the double sees it: running, or standing still until a test moves it. */

import type { Stop } from '../bridge'

export interface Clock {
  now(): number
  /** Runs something again and again. */
  every(millis: number, run: () => void): Stop
  /** Whether time only moves when it is told to. */
  readonly frozen: boolean
}

export const systemClock: Clock = {
  now: () => Date.now(),
  every(millis, run) {
    const timer = setInterval(run, millis)
    return () => {
      clearInterval(timer)
    }
  },
  frozen: false,
}

interface Timer {
  due: number
  readonly millis: number
  readonly run: () => void
}

/** Stands still. What is due runs in order while `advance` passes it. */
export class FrozenClock implements Clock {
  readonly frozen = true
  #now: number
  readonly #timers = new Set<Timer>()

  constructor(start: number) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  every(millis: number, run: () => void): Stop {
    const timer: Timer = { due: this.#now + millis, millis, run }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  advance(millis: number): void {
    const end = this.#now + millis
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#now = timer.due
      timer.due += timer.millis
      timer.run()
    }
    this.#now = end
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer
    }
    return first
  }
}
