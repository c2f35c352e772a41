import { expect, it, vi } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import type { Scenario } from '../../bridge/fake/scenarios'
import { problemOfPassphrase, VaultCheck } from './vault.svelte'
import { moreOf, problemName } from './words'

function asked(scenario: Scenario) {
  const bridge = fakeBridge({ scenario, frozen: 0 })
  const onChange = vi.fn()
  return { bridge, onChange, vault: new VaultCheck(bridge.call.bind(bridge), onChange) }
}

const locked = () => asked('keyring-locked')

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

it('a refusal is said in words, with the core’s behind them', async () => {
  const { bridge, vault } = locked()
  bridge.fake.fail('use_sealed_vault')
  vault.passphrase = 'eight letters'
  vault.again = 'eight letters'
  await vault.seal(true)
  expect(vault.failure).toEqual({
    text: 'The file was not made.',
    detail: 'The cache can’t be read: its file is damaged.',
  })
})

it('a file that is there is opened with a passphrase of any length, and with no other', async () => {
  const { bridge, onChange, vault } = asked('sealed')
  vault.passphrase = 'gongs'
  await vault.seal(!bridge.fake.world.vault.sealedFile)
  expect(vault.failure).toEqual({
    text: 'The file did not open. Check the passphrase.',
    detail: 'This passphrase does not open the sealed file.',
  })
  vault.passphrase = 'bells'
  await vault.seal(!bridge.fake.world.vault.sealedFile)
  expect(onChange).toHaveBeenCalledWith(expect.objectContaining({ backend: 'sealed-file', state: 'ready' }))
})

it('the passphrase is not blamed for what is none of its fault', async () => {
  const { bridge, vault } = asked('sealed')
  bridge.fake.fail('use_sealed_vault')
  vault.passphrase = 'bells'
  await vault.seal(!bridge.fake.world.vault.sealedFile)
  expect(vault.failure?.text).toBe('The file did not open.')
})

it('for this session only, tokens and keys stay in memory', async () => {
  const { bridge, onChange, vault } = asked('keyring-missing')
  await vault.useSession()
  expect(bridge.fake.world.settings.vault).toBe('session')
  expect(onChange).toHaveBeenCalledWith(expect.objectContaining({ backend: 'memory', state: 'ready' }))
})

it('the core’s sentence is shown where it says more than the state', async () => {
  const viewOf = (scenario: Scenario) => fakeBridge({ scenario, frozen: 0 }).call('check_vault')
  for (const plain of ['sealed', 'keyring-missing', 'keyring-refused'] as const)
    expect(moreOf(await viewOf(plain)), plain).toBeNull()
  expect(moreOf(await viewOf('sealed-wrong'))).toContain('CARILLON_PASSPHRASE')
})

it('a sealed file is called locked only where there is one', () => {
  const view = { backend: 'sealed-file', state: 'locked', sentence: '' } as const
  expect(problemName({ ...view, sealedFile: true })).toBe('The sealed file is locked')
  expect(problemName({ ...view, sealedFile: false })).toBe('There is no sealed file yet')
})
