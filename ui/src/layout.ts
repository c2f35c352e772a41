import { createSubscriber } from 'svelte/reactivity'

/** How the window is divided; one column with tabs, bells only, rail with names, more room. */
export type Shell = 'phone' | 'tablet' | 'desktop' | 'wide'

/** A text size of 100 %, in px: the widths below are for it. */
const BASE = 16
const PHONE_BELOW = 640
const TABLET_BELOW = 1100
const DESKTOP_BELOW = 1500

/** The shell for a window. Larger text needs more room, so the window counts as smaller. */
export function shellFor(width: number, textSize: number): Shell {
  const room = (width * BASE) / textSize
  if (room < PHONE_BELOW) return 'phone'
  if (room < TABLET_BELOW) return 'tablet'
  return room < DESKTOP_BELOW ? 'desktop' : 'wide'
}

const root = document.documentElement

function measure(): Shell {
  return shellFor(innerWidth, Number.parseFloat(getComputedStyle(root).fontSize) || BASE)
}

let current: Shell = 'desktop'
let notify: (() => void) | undefined

const subscribe = createSubscriber((update) => {
  notify = update
  return () => {
    notify = undefined
  }
})

/** Measures again; after a change of the window or of the text size. */
export function layOut(): void {
  current = measure()
  root.dataset['shell'] = current
  notify?.()
}

/** Keeps `data-shell` on the root right from now on. Called before anything is drawn. */
export function startLayout(): void {
  addEventListener('resize', layOut)
  layOut()
}

/** How the window is divided; reading it in a component follows it. CSS asks `:root[data-shell='phone']`. */
export function shell(): Shell {
  subscribe()
  return current
}
