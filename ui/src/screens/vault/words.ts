import type { VaultStateView, VaultView } from '../../bridge/contract.gen'
import { m } from '../../text'

/** Where tokens and keys are, as one says it of an app that is ready. */
export function keptWhere(backend: string): string {
  switch (backend) {
    case 'sealed-file':
      return m.first_kept_file()
    case 'memory':
      return m.first_kept_memory()
    default:
      return m.first_kept_keyring()
  }
}

/** What keeps tokens and keys, by name. */
export function backendName(backend: string): string {
  switch (backend) {
    case 'sealed-file':
      return m.vault_file()
    case 'memory':
      return m.vault_memory()
    default:
      return m.vault_keyring()
  }
}

export function stateName(state: VaultStateView): string {
  switch (state) {
    case 'ready':
      return m.vault_ready()
    case 'locked':
      return m.vault_locked()
    case 'missing':
      return m.vault_missing()
    case 'refused':
      return m.vault_refused()
  }
}

/** What is so, in a line, where no token can be kept. */
export function problemName({ state, backend, sealedFile }: VaultView): string {
  switch (state) {
    case 'ready':
      return m.vault_ready()
    case 'locked':
      if (backend !== 'sealed-file') return m.vault_locked_title()
      return sealedFile ? m.vault_locked_file_title() : m.vault_no_file_title()
    case 'missing':
      return m.vault_missing_title()
    case 'refused':
      return m.vault_refused_title()
  }
}

/** What to do about it, after its line. */
export function problemText({ state, backend, sealedFile }: VaultView): string {
  switch (state) {
    case 'ready':
      return ''
    case 'locked':
      if (backend !== 'sealed-file') return m.vault_locked_text()
      return sealedFile ? m.vault_locked_file_text() : m.vault_no_file_text()
    case 'missing':
      return m.vault_missing_text()
    case 'refused':
      return m.vault_refused_text()
  }
}

/** How the core's sentences begin that say no more than the state does. */
const PLAIN = [
  'The keyring is locked.',
  'No usable keyring was found.',
  'The keyring refused to store a secret.',
  'Tokens and keys are sealed in a file on this computer.',
]

/**
 * What the core says beyond the state, such as that the passphrase of the environment does not fit; null where it says
 * no more. It is in the core's language.
 */
export function moreOf({ sentence }: VaultView): string | null {
  return sentence === '' || PLAIN.some((plain) => sentence.startsWith(plain)) ? null : sentence
}

/** Where a token goes that is about to be kept. */
export function tokenKept(backend: string): string {
  switch (backend) {
    case 'sealed-file':
      return m.add_where_file()
    case 'memory':
      return m.add_where_memory()
    default:
      return m.add_where_keyring()
  }
}
