import type { Batch } from '../bridge/contract.gen'
import { heard, SECONDS, type Second } from '../parts/peal'

const QUIET: Second = { count: 0, notices: 0 }

/** What came in each of the last sixty seconds, for the peal. */
export class Arrivals {
  seconds: readonly Second[] = $state.raw([])
  #now = QUIET

  /** @param past what came before, the newest second last. */
  constructor(past: readonly Second[] = []) {
    const quiet = Array.from({ length: SECONDS }, () => QUIET)
    this.seconds = [...quiet, ...past].slice(-SECONDS)
  }

  readonly take = (batch: Batch): void => {
    const { count, notices } = heard(batch)
    this.#now = { count: this.#now.count + count, notices: this.#now.notices + notices }
  }

  /** A second is over. */
  tick(): void {
    if (this.#now === QUIET && this.seconds.every((second) => second === QUIET)) return
    this.seconds = [...this.seconds.slice(1), this.#now]
    this.#now = QUIET
  }
}
