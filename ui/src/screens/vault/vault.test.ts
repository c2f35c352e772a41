import { expect, it, vi } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import { problemOfPassphrase, VaultCheck } from './vault.svelte'

function locked() {
  const bridge = fakeBridge({ scenario: 'keyring-locked', frozen: 0 })
  const onChange = vi.fn()
  return { bridge, onChange, vault: new VaultCheck(bridge.call.bind(bridge), onChange) }
}

it('a new passphrase is long enough and written twice; one that opens a file is not judged', () => {
  expect(problemOfPassphrase('short', 'short', true)).toBe('short')
  expect(problemOfPassphrase('long enough', 'long enouhg', true)).toBe('differs')
  expect(problemOfPassphrase('long enough', 'long enough', true)).toBeNull()
  expect(problemOfPassphrase('old', '', false)).toBeNull()
  expect(problemOfPassphrase('', '', false)).toBe('short')
})

it('looking again tells what is found', async () => {
  const { bridge, onChange, vault } = locked()
  await vault.check(bridge.fake.world.vault)
  expect(onChange).toHaveBeenCalledWith(expect.objectContaining({ state: 'ready' }))
  expect(vault.same).toBe(false)
  await vault.check(bridge.fake.world.vault)
  expect(vault.same).toBe(true)
})

it('the passphrase is forgotten once it was used', async () => {
  const { onChange, vault } = locked()
  vault.passphrase = 'eight letters'
  vault.again = 'eight letters'
  await vault.seal(true)
  expect(onChange).toHaveBeenCalledWith(expect.objectContaining({ backend: 'sealed-file' }))
  expect(vault.passphrase).toBe('')
  expect(vault.busy).toBeNull()
})

it('nothing is asked with a passphrase that is too short', async () => {
  const { onChange, vault } = locked()
  vault.passphrase = 'short'
  await vault.seal(true)
  expect(onChange).not.toHaveBeenCalled()
  expect(vault.problem(true)).toBe('short')
})

it('the way back to the keyring is open', async () => {
  const { onChange, vault } = locked()
  vault.passphrase = 'eight letters'
  vault.again = 'eight letters'
  await vault.seal(true)
  await vault.leaveFile()
  expect(onChange).toHaveBeenLastCalledWith(expect.objectContaining({ backend: 'keyring' }))
})

it('a refusal is said in the core’s words', async () => {
  const { bridge, vault } = locked()
  bridge.fake.fail('use_sealed_vault')
  vault.passphrase = 'eight letters'
  vault.again = 'eight letters'
  await vault.seal(true)
  expect(vault.failure).toContain('can’t be read')
})
