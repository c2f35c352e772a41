import { untrack } from 'svelte'

/** Sentences come no faster than they can be listened to. */
const PAUSE_MS = 5_000

/**
 * What is said to those who do not see the window. Calm sentences wait for each other, and of those that wait only
 * the newest is said; urgent ones are said at once.
 */
export class Announcer {
  /** What the polite live region holds. */
  calm = $state('')
  /** What the assertive one holds. */
  urgent = $state('')
  #waiting: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  say(sentence: string, { urgent = false }: { urgent?: boolean } = {}): void {
    untrack(() => {
      if (urgent) this.urgent = again(sentence, this.urgent)
      else if (this.#timer === undefined) this.#speak(sentence)
      else this.#waiting = sentence
    })
  }

  #speak(sentence: string): void {
    this.calm = again(sentence, this.calm)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const next = this.#waiting
      this.#waiting = undefined
      if (next !== undefined) this.#speak(next)
    }, PAUSE_MS)
  }
}

/** A sentence that differs from the one before, since only a change is read out. */
function again(sentence: string, before: string): string {
  return sentence === before ? `${sentence}\u00a0` : sentence
}

/** The voice of this window. */
export const announcer = new Announcer()
