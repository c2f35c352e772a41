/** What the window is called: after the item that is open on its page, else after the page. */

import { m } from './text'

let page: string | null = null
/** Of several, the one that came last. */
let items: readonly { readonly title: string }[] = []

function write(): void {
  const name = items.at(-1)?.title ?? page
  document.title = name === null ? m.app_name() : m.window_title({ page: name })
}

/** Names the window after a page; after nothing but the app with null. */
export function namePage(title: string | null): void {
  page = title
  write()
}

/** Names the window after an item, until the answer is called. */
export function nameItem(title: string): () => void {
  const item = { title }
  items = [...items, item]
  write()
  return () => {
    items = items.filter((other) => other !== item)
    write()
  }
}
