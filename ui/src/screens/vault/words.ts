import type { VaultStateView, VaultView } from '../../bridge/contract.gen'
import { m } from '../../text'

/** Where tokens and keys are, as one says it of an app that is ready. */
export function keptWhere(backend: string, system: string | undefined): string {
  switch (backend) {
    case 'sealed-file':
      return m.first_kept_file()
    case 'memory':
      return m.first_kept_memory()
    default:
      return isPhone(system) ? m.first_kept_phone() : m.first_kept_keyring()
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
export function problemName({ state, backend }: VaultView): string {
  switch (state) {
    case 'ready':
      return m.vault_ready()
    case 'locked':
      return backend === 'sealed-file' ? m.vault_locked_file_title() : m.vault_locked_title()
    case 'missing':
      return m.vault_missing_title()
    case 'refused':
      return m.vault_refused_title()
  }
}

/** What to do about it, after its line. */
export function problemText({ state, backend }: VaultView): string {
  switch (state) {
    case 'ready':
      return ''
    case 'locked':
      return backend === 'sealed-file' ? m.vault_locked_file_text() : m.vault_locked_text()
    case 'missing':
      return m.vault_missing_text()
    case 'refused':
      return m.vault_refused_text()
  }
}

function isPhone(system: string | undefined): boolean {
  return system === 'ios' || system === 'android'
}

/** Where a token goes that is about to be kept. */
export function tokenKept(backend: string, system: string | undefined): string {
  switch (backend) {
    case 'sealed-file':
      return m.add_where_file()
    case 'memory':
      return m.add_where_memory()
    default:
      return isPhone(system) ? m.add_where_phone() : m.add_where_keyring()
  }
}
