/**
 * Where the focus goes when one comes to a page: to the item that the address is about, as soon as that is drawn, else
 * to the page's heading. Those who hear the window know by it where they are.
 */

import type { Attachment } from 'svelte/attachments'

const HEADING = '[data-page-heading]'
const ITEM = '[data-item-heading]'

/** Whether an item is about to be drawn that the focus belongs to. */
let awaited = false

/** The first that can be seen: on a phone the list's heading is there, and hidden. */
function first(selector: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(selector)].find((one) =>
    one.checkVisibility({ visibilityProperty: true }),
  )
}

function focus(element: HTMLElement | undefined): void {
  element?.focus({ preventScroll: true })
}

/** Whether the focus is where it may be taken from: nowhere, or at a page's heading. */
function isIdle(): boolean {
  const at = document.activeElement
  return at === null || at === document.body || at.matches(HEADING)
}

/** One has come to another page. `field` is the one that the page begins with, where it should have the focus. */
export function arriveAtPage(field: HTMLElement | null, item: boolean): void {
  const heading = item ? first(ITEM) : undefined
  awaited = item && heading === undefined
  focus(field ?? heading ?? first(HEADING))
}

/** On the same page one has come to another item. What was chosen in a list that stays keeps the focus. */
export function arriveAtItem(): void {
  const at = document.activeElement
  const chosen = at instanceof HTMLAnchorElement && at.hash === location.hash
  const heading = chosen ? undefined : first(ITEM)
  awaited = !chosen && heading === undefined
  if (chosen) return
  if (heading !== undefined) focus(heading)
  else if (!isIdle()) focus(first(HEADING))
}

/** Marks the heading of an item, and gives it the focus where that was waiting for it. */
export const itemHeading: Attachment<HTMLElement> = (element) => {
  element.tabIndex = -1
  element.dataset['itemHeading'] = ''
  if (awaited && isIdle()) focus(element)
  awaited = false
  return () => {
    delete element.dataset['itemHeading']
  }
}
