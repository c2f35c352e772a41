import { toCallError } from '../../bridge/bridge'
import type { LetterShortcuts, Notifications, Settings, TextSize, Theme } from '../../bridge/contract.gen'
import type { App } from '../../state/app.svelte'
import { reduce } from '../../state/reduce'
import { m } from '../../text'

/** What the last change did: said in a line, politely. */
export interface Said {
  failed: boolean
  text: string
}

/** Changes settings: each change is kept at once, shown at once, and says what it did. */
export class Saver {
  said: Said | null = $state(null)
  #queued = 0
  /** What was kept last, while more is to be: what the core tells of it may reach the window only later. */
  #kept: Settings | null = null
  #saving: Promise<void> = Promise.resolve()

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
  #save(change: (before: Settings) => Partial<Settings>, did: string): Promise<void> {
    this.#queued += 1
    this.#saving = this.#saving.then(async () => {
      const before = this.#kept ?? this.app.snapshot?.settings
      if (before === undefined) {
        this.#queued -= 1
        return
      }
      const settings = { ...before, ...change(before) }
      this.#show(settings)
      try {
        await this.app.store.call('set_settings', { settings })
        this.#kept = settings
        this.#show(settings)
        this.said = { failed: false, text: did }
      } catch (thrown) {
        this.#show(before)
        this.said = { failed: true, text: toCallError(thrown).message }
      } finally {
        this.#queued -= 1
        if (this.#queued === 0) this.#kept = null
      }
    })
    return this.#saving
  }

  /** Shows settings before the core has told them. */
  #show(settings: Settings): void {
    this.app.store.change((state) => reduce(state, { type: 'settings', settings }, this.app.now))
  }
}
