const PANES = '[data-pane]'
const FOCUSABLE = 'a[href], button:not([disabled]), input, select, textarea, [tabindex="0"]'

function isShown(element: HTMLElement): boolean {
  return element.checkVisibility({ visibilityProperty: true })
}

/** What had the focus in each pane when it was left. */
const left = new WeakMap<Element, HTMLElement>()

/**
 * Moves the focus to the next pane (rail, list, content, status bar), or to the one before; there to where it was,
 * else to the first thing that takes it.
 */
export function walk(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>(PANES)].filter(isShown)
  const focused = document.activeElement
  const at = panes.findIndex((pane) => pane.contains(focused))
  if (at >= 0 && panes[at] !== undefined && focused instanceof HTMLElement) left.set(panes[at], focused)
  const next = panes[(at < 0 && step < 0 ? 0 : at) + step] ?? (step > 0 ? panes[0] : panes.at(-1))
  if (next === undefined) return
  const before = left.get(next)
  const first = [...next.querySelectorAll<HTMLElement>(FOCUSABLE)].find(
    (element) => element.tabIndex >= 0 && isShown(element),
  )
  const target = before !== undefined && next.contains(before) && isShown(before) ? before : (first ?? next)
  target.focus()
}
