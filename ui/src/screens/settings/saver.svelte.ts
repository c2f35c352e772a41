import type { LetterShortcuts, Notifications, Settings, TextSize, Theme } from '../../bridge/contract.gen'
import { failureOf, type Failure } from '../../failure'
import type { App } from '../../state/app.svelte'
import { reduce } from '../../state/reduce'
import { m } from '../../text'

/** What the last change did: said in a line, politely. */
export interface Said {
  failed: boolean
  text: Failure | string
}

type Change = (before: Settings) => Partial<Settings>

/** How long after a change the core may still tell of the one before it, in milliseconds. */
const ECHO = 500

/** Changes settings: each change is shown at once, kept one after the other, and says what it did. */
export class Saver {
  said: Said | null = $state(null)
  #pending: Change[] = $state.raw([])
  /** What was kept last: what the core tells of it may reach the window only later, after what it tells of earlier. */
  #kept: Settings | null = $state.raw(null)
  #forget: ReturnType<typeof setTimeout> | undefined
  #saving: Promise<void> = Promise.resolve()
  /** The settings as the person chose them, kept or not yet. */
  readonly shown = $derived.by(() => {
    const known = this.#kept ?? this.app.snapshot?.settings
    return known && this.#pending.reduce((settings, change) => ({ ...settings, ...change(settings) }), known)
  })

  constructor(private readonly app: App) {}

  theme(theme: Theme, name: string): Promise<void> {
    return this.#save(() => ({ theme }), m.set_saved_theme({ value: name }))
  }

  textSize(textSize: TextSize): Promise<void> {
    return this.#save(() => ({ textSize }), m.set_saved_text({ value: textSize }))
  }

  letterShortcuts(on: boolean): Promise<void> {
    const letterShortcuts: LetterShortcuts = on ? 'on' : 'off'
    return this.#save(() => ({ letterShortcuts }), on ? m.set_saved_letters_on() : m.set_saved_letters_off())
  }

  ring(on: boolean): Promise<void> {
    return this.#notifications(
      () => ({ consent: on ? 'granted' : 'refused' }),
      on ? m.set_saved_ring_on() : m.set_saved_ring_off(),
    )
  }

  hideContent(hideContent: boolean): Promise<void> {
    return this.#notifications(
      () => ({ hideContent }),
      hideContent ? m.set_saved_hide_on() : m.set_saved_hide_off(),
    )
  }

  silence(account: string, name: string, silent: boolean): Promise<void> {
    return this.#notifications(
      ({ silenced }) => {
        const others = silenced.filter((id) => id !== account)
        return { silenced: silent ? [...others, account] : others }
      },
      silent ? m.set_saved_account_off({ account: name }) : m.set_saved_account_on({ account: name }),
    )
  }

  #notifications(change: (before: Notifications) => Partial<Notifications>, did: string): Promise<void> {
    return this.#save(
      ({ notifications }) => ({ notifications: { ...notifications, ...change(notifications) } }),
      did,
    )
  }

  /** One after the other: each builds on what the one before kept. What is refused is taken back. */
  #save(change: Change, did: string): Promise<void> {
    clearTimeout(this.#forget)
    this.#pending = [...this.#pending, change]
    this.#saving = this.#saving.then(async () => {
      const before = this.#kept ?? this.app.snapshot?.settings
      if (before !== undefined) await this.#keep({ ...before, ...change(before) }, did)
      this.#pending = this.#pending.filter((other) => other !== change)
      if (this.#pending.length === 0) {
        this.#forget = setTimeout(() => {
          this.#kept = null
        }, ECHO)
      }
    })
    return this.#saving
  }

  async #keep(settings: Settings, did: string): Promise<void> {
    try {
      await this.app.store.call('set_settings', { settings })
      this.#kept = settings
      // The rest of the window follows the state.
      this.app.store.change((state) => reduce(state, { type: 'settings', settings }, this.app.now))
      this.said = { failed: false, text: did }
    } catch (thrown) {
      this.said = { failed: true, text: failureOf(thrown) }
    }
  }
}
