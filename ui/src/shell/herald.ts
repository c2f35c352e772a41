import { formatList } from '../format/list'
import type { Batch, Notice } from '../bridge/contract.gen'
import { shell } from '../layout'
import { toasts as windowToasts, type Toasts } from '../parts/toasts.svelte'
import { go, place } from '../router'
import { href } from '../screens'
import type { App } from '../state/app.svelte'
import { m } from '../text'
import { worthTelling } from './seen'

/** All messages of notices are one: it is what keeps many from flooding the window. */
const KEY = 'notices'

/**
 * Tells of notices that arrive while the person looks at the window. What comes while the message of those before
 * is still shown is counted in it.
 */
export class Herald {
  #told: readonly Notice[] = []

  constructor(
    private readonly app: App,
    private readonly toasts: Toasts = windowToasts,
  ) {}

  readonly take = (batch: Batch): void => {
    const wanted = this.app.snapshot?.settings.notifications
    if (wanted === undefined) return
    const arrived = batch.events.flatMap((event) => (event.type === 'notices' ? event.notices : []))
    if (arrived.length === 0) return
    const gaze = { focused: document.hasFocus(), phone: shell() === 'phone', place: place() }
    const told = worthTelling(arrived, gaze, wanted)
    if (told.length > 0) this.#tell(told)
  }

  #tell(arrived: readonly Notice[]): void {
    this.#told = this.toasts.has(KEY) ? [...this.#told, ...arrived] : arrived
    const [first, second] = this.#told
    if (first === undefined) return
    if (second === undefined) {
      this.toasts.show({
        key: KEY,
        level: first.level,
        stays: false,
        title: first.title,
        ...(first.body === '' ? {} : { text: first.body }),
        action: {
          label: m.button_open(),
          run: () => {
            go(href('inbox', { account: first.account, id: `${first.id}` }))
          },
        },
      })
      return
    }
    const of = new Set(this.#told.map((notice) => notice.account))
    const titles = new Set(
      this.app.accounts.filter((view) => of.has(view.account.id)).map((view) => view.title),
    )
    this.toasts.show({
      key: KEY,
      level: 'info',
      title: m.toast_notices({ count: this.#told.length }),
      text: formatList([...titles]),
      action: {
        label: m.inbox_title(),
        run: () => {
          go(href('inbox'))
        },
      },
    })
  }
}
