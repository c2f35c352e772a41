import { toCallError, type Bridge } from '../../bridge/bridge'
import type { ErrorCode, VaultView } from '../../bridge/contract.gen'
import { failureOf, type Failure } from '../../failure'
import { m } from '../../text'

/** Shorter passphrases are guessed. */
export const SHORTEST = 8

export type PassphraseProblem = 'short' | 'differs'

/** What stands in the way of a passphrase. One that opens a file is not judged: the file says whether it fits. */
export function problemOfPassphrase(
  passphrase: string,
  again: string,
  making: boolean,
): PassphraseProblem | null {
  if (!making) return passphrase === '' ? 'short' : null
  if (passphrase.length < SHORTEST) return 'short'
  return passphrase === again ? null : 'differs'
}

/** What came of a file that was to be made or opened. Only where the file itself says no is it the passphrase's fault. */
function notSealed(making: boolean, code: ErrorCode): string {
  if (making) return m.vault_file_not_made()
  return code === 'vault' ? m.vault_file_not_opened() : m.vault_file_stays_closed()
}

type Busy = 'checking' | 'sealing' | 'leaving' | 'forgetting'

/** What the person does about the place for tokens and keys, and what came of it. */
export class VaultCheck {
  busy: Busy | null = $state(null)
  failure: Failure | null = $state.raw(null)
  /** Whether the last look found what was known before. */
  same = $state(false)
  passphrase = $state('')
  again = $state('')
  tried = $state(false)

  constructor(
    private readonly call: Bridge['call'],
    private readonly onChange: (view: VaultView) => void,
  ) {}

  problem(making: boolean): PassphraseProblem | null {
    return this.tried ? problemOfPassphrase(this.passphrase, this.again, making) : null
  }

  /** Looks again. */
  async check(before: VaultView): Promise<void> {
    await this.#ask('checking', async () => {
      const now = await this.call('check_vault')
      this.same = now.state === before.state && now.backend === before.backend
      return now
    })
  }

  /** Makes the sealed file, or opens it. The passphrase is forgotten whatever came of it. */
  async seal(making: boolean): Promise<void> {
    this.tried = true
    if (problemOfPassphrase(this.passphrase, this.again, making) !== null) return
    await this.#ask(
      'sealing',
      () => this.call('use_sealed_vault', { passphrase: this.passphrase }),
      (code) => notSealed(making, code),
    )
    this.forget()
  }

  /** Keeps tokens and keys in memory from now on, for as long as Carillon runs. */
  async useSession(): Promise<void> {
    await this.#ask('forgetting', () => this.call('use_session_vault'))
  }

  /** Goes back to the keyring. */
  async leaveFile(): Promise<void> {
    await this.#ask('leaving', () => this.call('use_keyring'))
  }

  forget(): void {
    this.passphrase = ''
    this.again = ''
    this.tried = false
  }

  async #ask(busy: Busy, ask: () => Promise<VaultView>, words?: (code: ErrorCode) => string): Promise<void> {
    if (this.busy !== null) return
    this.busy = busy
    this.failure = null
    this.same = false
    try {
      this.onChange(await ask())
    } catch (thrown) {
      const failure = failureOf(thrown)
      this.failure = words === undefined ? failure : { ...failure, text: words(toCallError(thrown).code) }
    } finally {
      this.busy = null
    }
  }
}
