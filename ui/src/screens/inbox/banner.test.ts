import { expect, it } from 'vitest'
import type { AccountView } from '../../bridge/contract.gen'
import { fakeBridge } from '../../bridge/fake'
import type { Scenario } from '../../bridge/fake/scenarios'
import { bannerOf } from './banner'

const NOW = Date.UTC(2026, 10, 20, 14, 3)

async function accountsOf(scenario: Scenario): Promise<AccountView[]> {
  return (await fakeBridge({ scenario, frozen: NOW }).call('snapshot')).accounts
}

/** Accounts without a connection, complete up to these times. */
async function offline(...until: (number | null)[]): Promise<AccountView[]> {
  const accounts = await accountsOf('offline')
  return accounts
    .slice(0, until.length)
    .map((view, index) => ({ ...view, completeUntil: until[index] ?? null }))
}

it('nobody is offline while one account is connected', async () => {
  expect(bannerOf(await accountsOf('reconnecting'))).toBeNull()
  expect(bannerOf(await accountsOf('catching-up'))).toBeNull()
  expect(bannerOf([])).toBeNull()
})

it('offline is as complete as its oldest account', async () => {
  expect(bannerOf(await offline(5_000, 3_000, 4_000))).toMatchObject({ is: 'offline', completeUntil: 3_000 })
})

it('an account that was never complete leaves the time unknown', async () => {
  expect(bannerOf(await offline(5_000, null))).toMatchObject({ is: 'offline', completeUntil: null })
})

it('an account that the person disconnected is not missed', async () => {
  const [first, second] = (await offline(5_000, 3_000)) as [AccountView, AccountView]
  const paused: AccountView = {
    ...second,
    paused: true,
    connection: { ...second.connection, state: 'disconnected' },
  }
  expect(bannerOf([paused])).toBeNull()
  expect(bannerOf([first, paused])).toMatchObject({ is: 'offline', completeUntil: 5_000 })
})

it('an account that asks to sign in again comes first', async () => {
  expect(bannerOf(await accountsOf('sign-in'))).toMatchObject({ is: 'sign-in' })
})
