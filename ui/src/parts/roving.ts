import type { Attachment } from 'svelte/attachments'

const ROWS = '[data-row]'

/**
 * Makes a list one tab stop: arrow keys, Home and End move between its rows (`data-row`), and the tab key leaves it.
 * The stop is the row that had the focus last, else the selected one, else the first.
 */
export function roving(): Attachment<HTMLElement> {
  return (list) => {
    const rows = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(ROWS)]
    let last: HTMLElement | undefined

    function settle(): void {
      const all = rows()
      const kept = last !== undefined && all.includes(last) ? last : undefined
      const stop = kept ?? all.find((row) => row.hasAttribute('aria-current')) ?? all[0]
      for (const row of all) row.tabIndex = row === stop ? 0 : -1
    }

    function onfocusin(event: FocusEvent): void {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>(ROWS) : null
      if (row === null) return
      last = row
      settle()
    }

    function onkeydown(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const all = rows()
      const at = all.findIndex((row) => row === document.activeElement)
      if (at < 0) return
      const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
      const row = next === undefined ? undefined : all[next]
      if (row === undefined) return
      event.preventDefault()
      row.focus()
    }

    list.addEventListener('focusin', onfocusin)
    list.addEventListener('keydown', onkeydown)
    const observer = new MutationObserver(settle)
    observer.observe(list, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['aria-current'],
    })
    settle()
    return () => {
      list.removeEventListener('focusin', onfocusin)
      list.removeEventListener('keydown', onkeydown)
      observer.disconnect()
    }
  }
}
