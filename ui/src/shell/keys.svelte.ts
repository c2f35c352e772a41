import { canTryNow } from '../account'
import { toasts } from '../parts/toasts.svelte'
import { go } from '../router'
import { useShortcuts, type Shortcut } from '../shortcuts.svelte'
import type { App } from '../state/app.svelte'
import { m } from '../text'
import { addressOf, addressOfAccount, addressOfRole, lettered } from './navigation'
import { walk } from './panes'

function goTo(address: string | undefined): void {
  if (address !== undefined) go(address)
}

/** The first search field that is seen, else the page where one searches. */
function search(): void {
  const fields = [...document.querySelectorAll<HTMLInputElement>('[data-search]')]
  const field = fields.find((one) => one.checkVisibility({ visibilityProperty: true }))
  if (field === undefined) {
    goTo(addressOfRole('search'))
    return
  }
  field.focus()
  field.select()
}

/** Tries every connection again that is not there. */
async function tryNow(app: App): Promise<void> {
  const lost = app.accounts.filter(canTryNow)
  if (lost.length === 0) return
  toasts.show({ level: 'info', title: m.keys_trying({ count: lost.length }) })
  // What comes of it is told by each connection.
  await Promise.allSettled(lost.map((view) => app.bridge.call('connect', { account: view.account.id })))
}

/** The keys that work on every page. */
export function useShellKeys(app: App, showKeys: () => void): void {
  useShortcuts(() => {
    const accounts: Shortcut[] = app.accounts.slice(0, 9).map((view, index) => ({
      keys: `${index + 1}`,
      ...(index === 0 ? { label: m.keys_accounts(), group: m.keys_go() } : {}),
      run: () => {
        goTo(addressOfAccount(view))
      },
    }))
    const pages: Shortcut[] = lettered().map((screen) => ({
      keys: `g ${screen.nav?.letter ?? ''}`,
      label: screen.title(),
      group: m.keys_go(),
      run: () => {
        go(addressOf(screen))
      },
    }))
    return [
      { keys: 'mod+k', label: m.keys_search(), run: search },
      { keys: '/', label: m.keys_search(), run: search },
      { keys: '?', label: m.keys_show(), run: showKeys },
      {
        keys: 'F6',
        label: m.keys_panes(),
        run: () => {
          walk(1)
        },
      },
      {
        keys: 'shift+F6',
        run: () => {
          walk(-1)
        },
      },
      { keys: 'r', label: m.keys_try(), run: () => void tryNow(app) },
      {
        keys: '[',
        label: m.keys_back(),
        group: m.keys_go(),
        run: () => {
          history.back()
        },
      },
      {
        keys: ']',
        label: m.keys_forward(),
        group: m.keys_go(),
        run: () => {
          history.forward()
        },
      },
      {
        keys: 'mod+,',
        label: m.keys_settings(),
        group: m.keys_go(),
        run: () => {
          goTo(addressOfRole('settings'))
        },
      },
      ...accounts,
      ...pages,
    ]
  })
}
