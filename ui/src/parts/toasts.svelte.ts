import { untrack } from 'svelte'
import type { Level } from '../bridge/contract.gen'
import type { Failure } from '../failure'
import { announcer } from './announcer.svelte'

/** What a toast says. */
export interface ToastText {
  level: Level
  title: string
  text?: Failure | string
  /** Of those with the same key only the newest is shown, in the place of the one before. */
  key?: string
  /** Whether it goes only when it is dismissed; errors do so unless this says otherwise. */
  stays?: boolean
  /** A word to press, and what it does. */
  action?: { label: string; run: () => void }
}

export interface Toast extends ToastText {
  readonly id: number
}

/** As many as can be read at once; an older one goes when a further one comes. */
const MOST = 3

/** Long enough to read two lines. */
const SHOWN_MS = 6_000

/**
 * Messages about what just happened in this window. Each goes by itself, except errors; all stay while one is
 * under the pointer or has the focus.
 */
export class Toasts {
  shown: readonly Toast[] = $state.raw([])
  #next = 1
  #held = false
  // Nothing is drawn from it.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()

  /** Shows a toast, and gives what takes it away. */
  show(text: ToastText): () => void {
    // An effect that shows a toast does not depend on the toasts.
    const before = untrack(() => this.shown)
    const same = text.key === undefined ? undefined : before.find((old) => old.key === text.key)
    const toast: Toast = { ...text, id: same?.id ?? this.#next++ }
    const kept = same ? before.map((old) => (old === same ? toast : old)) : [...before, toast].slice(-MOST)
    for (const old of before) if (!kept.includes(old)) this.#stop(old.id)
    this.shown = kept
    // A live region has one language: what the core says in its own is read where it is shown.
    const said = typeof text.text === 'object' ? text.text.text : text.text
    announcer.say([text.title, said].filter(Boolean).join('. '), { urgent: text.level === 'error' })
    this.#start(toast)
    return () => {
      this.dismiss(toast.id)
    }
  }

  /** Whether the one of a key is still shown. */
  has(key: string): boolean {
    return untrack(() => this.shown).some((toast) => toast.key === key)
  }

  dismiss(id: number): void {
    this.#stop(id)
    this.shown = untrack(() => this.shown).filter((toast) => toast.id !== id)
  }

  /** While held nothing goes away; afterwards each has its full time again. */
  hold(held: boolean): void {
    if (held === this.#held) return
    this.#held = held
    for (const toast of untrack(() => this.shown)) {
      if (held) this.#stop(toast.id)
      else this.#start(toast)
    }
  }

  #start(toast: Toast): void {
    if (this.#held || (toast.stays ?? toast.level === 'error')) return
    const timer = setTimeout(() => {
      this.dismiss(toast.id)
    }, SHOWN_MS)
    this.#timers.set(toast.id, timer)
  }

  #stop(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }
}

/** The toasts of this window. */
export const toasts = new Toasts()
