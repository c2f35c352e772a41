/**
 * Keys. A part of the window says which keys do what while it is there (`useShortcuts`), one listener hears them, and
 * the dialog behind `?` lists them. Of two that want the same key the newer one gets it: a page before the shell.
 */

import { untrack } from 'svelte'

/** A key, and what it does. */
export interface Shortcut {
  /**
   * `j`, `Enter`, `?`, `mod+k` (Ctrl, on a Mac ⌘), `mod+shift+i`, or one after the other: `g i`. A letter is written
   * small; `shift` is written beside `mod` and named keys, else the character is the one that is typed.
   */
  readonly keys: string
  /** What it does, for the list of keys. Left out, it is not listed. */
  readonly label?: string
  /** Under which heading it is listed. */
  readonly group?: string
  run(): void
}

/** How long the second key of two may take. */
const SEQUENCE_MS = 1_500

const WRITING = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]'
/** Layers above the page have keys of their own. */
const LAYER = '[role=dialog], [role=menu], [role=listbox]'

/** The text of a key that was pressed, as shortcuts write it. */
export function keyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (!event.ctrlKey && !event.metaKey) {
    // A shifted character is another character; a shifted named key is not.
    return `${event.altKey ? 'alt+' : ''}${event.shiftKey && key.length > 1 ? 'shift+' : ''}${key}`
  }
  return `mod+${event.altKey ? 'alt+' : ''}${event.shiftKey ? 'shift+' : ''}${key}`
}

/** Whether a person may turn a key off: single characters, which speech input can produce by chance. */
export function isLetter(keys: string): boolean {
  return keys.split(' ').every((key) => key.length === 1)
}

export class Shortcuts {
  /** Whether single letters are keys at all. */
  letters = true
  #sets: readonly { readonly list: () => readonly Shortcut[] }[] = $state.raw([])
  #pending: { key: string; until: number } | undefined

  /** Adds keys. Gives what takes them away. */
  add(list: () => readonly Shortcut[]): () => void {
    const set = { list }
    this.#sets = [...this.#sets, set]
    return () => {
      this.#sets = this.#sets.filter((other) => other !== set)
    }
  }

  /** All keys that work now; of the same keys only the newest. */
  get all(): Shortcut[] {
    const every = this.#sets.flatMap((set) => set.list())
    return every.filter(({ keys }, index) => !every.some((later, at) => at > index && later.keys === keys))
  }

  /** Runs what a key is for, if it is for something here. */
  readonly handle = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return
    const key = keyOf(event)
    const target = event.target instanceof Element ? event.target : null
    const above = target?.closest(LAYER) ?? document.querySelector('[role=dialog]')
    if (above !== null) return
    const plain = !key.startsWith('mod+') && !/^(shift\+)?F\d+$/.test(key)
    if (plain && target?.closest(WRITING)) return
    const all = this.all
    const first =
      this.#pending !== undefined && event.timeStamp <= this.#pending.until ? this.#pending.key : undefined
    this.#pending = undefined
    const keys = first === undefined ? key : `${first} ${key}`
    if (isLetter(keys) && !this.letters) return
    const shortcut = all.find((one) => one.keys === keys)
    if (shortcut !== undefined) {
      event.preventDefault()
      shortcut.run()
    } else if (first === undefined && all.some((one) => one.keys.startsWith(`${key} `))) {
      this.#pending = { key, until: event.timeStamp + SEQUENCE_MS }
    }
  }
}

/** The keys of this window. */
export const shortcuts = new Shortcuts()

/** Adds keys for as long as the component is there. Only while a component is being made. */
export function useShortcuts(list: () => readonly Shortcut[]): void {
  $effect(() => untrack(() => shortcuts.add(list)))
}

/** Keys as they stand on the keyboard: `⌘K`, `Ctrl K`, `G I`. */
export function keyNames(keys: string, onMac: boolean): string[] {
  return keys.split(' ').map((step) => {
    const parts = step.split('+').filter((part) => part !== '')
    const names = (parts.length === 0 ? ['+'] : parts).map((part) => {
      switch (part) {
        case 'mod':
          return onMac ? '⌘' : 'Ctrl'
        case 'shift':
          return onMac ? '⇧' : 'Shift'
        case 'ArrowLeft':
          return '←'
        case 'ArrowRight':
          return '→'
        case 'ArrowUp':
          return '↑'
        case 'ArrowDown':
          return '↓'
        default:
          return part.length === 1 ? part.toUpperCase() : part
      }
    })
    return names.join(onMac ? '' : ' ')
  })
}
