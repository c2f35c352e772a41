import { expect, it } from 'vitest'
import type { AccountView } from '../../bridge/contract.gen'
import { fakeBridge } from '../../bridge/fake'
import type { Scenario } from '../../bridge/fake/scenarios'
import { bannersOf, type Banner, type Situation } from './banner'

const NOW = Date.UTC(2026, 10, 20, 14, 3)

async function accountsOf(scenario: Scenario): Promise<AccountView[]> {
  return (await fakeBridge({ scenario, frozen: NOW }).call('snapshot')).accounts
}

/** What is said first. */
const first = (situation: Situation): Banner | null => bannersOf(situation)[0] ?? null

/** What is said of accounts that could all be opened, on a computer that has a network. */
const said = (accounts: AccountView[]) => first({ accounts, closed: [], online: true, now: NOW })

/** Accounts without a connection, complete up to these times. */
async function offline(...until: (number | null)[]): Promise<AccountView[]> {
  const accounts = await accountsOf('offline')
  return accounts
    .slice(0, until.length)
    .map((view, index) => ({ ...view, completeUntil: until[index] ?? null }))
}

it('nobody is offline while one account is connected', async () => {
  expect(said(await accountsOf('reconnecting'))).toBeNull()
  expect(said(await accountsOf('catching-up'))).toBeNull()
  expect(said([])).toBeNull()
})

it('offline is as complete as its oldest account', async () => {
  expect(said(await offline(5_000, 3_000, 4_000))).toMatchObject({
    is: 'offline',
    complete: { until: 3_000 },
  })
})

it('gaps before that are told with it', async () => {
  const [one, second] = (await offline(5_000, 3_000)) as [AccountView, AccountView]
  const gap = { from: 1_000, to: 2_000, why: 'no-replay' } as const
  expect(
    said([
      { ...one, gaps: [] },
      { ...second, gaps: [] },
    ]),
  ).toMatchObject({ complete: { gaps: false } })
  expect(
    said([
      { ...one, gaps: [gap] },
      { ...second, gaps: [] },
    ]),
  ).toMatchObject({ complete: { gaps: true } })
})

it('an account that was never complete leaves the time unknown', async () => {
  expect(said(await offline(5_000, null))).toMatchObject({ is: 'offline', complete: null })
})

it('an account that the person disconnected is not missed', async () => {
  const [one, second] = (await offline(5_000, 3_000)) as [AccountView, AccountView]
  const paused: AccountView = {
    ...second,
    paused: true,
    connection: { ...second.connection, state: 'disconnected' },
  }
  expect(said([paused])).toBeNull()
  expect(said([one, paused])).toMatchObject({
    is: 'offline',
    complete: { until: 5_000, paused: 1 },
  })
})

it('an account that asks to sign in again is told while another one is connected', async () => {
  expect(said(await accountsOf('sign-in'))).toMatchObject({ is: 'sign-in' })
})

it('offline comes before an account that asks to sign in again, which is told as well', async () => {
  const [one, ...others] = (await offline(5_000, 3_000, 4_000)) as [AccountView, ...AccountView[]]
  const asking: AccountView = {
    ...one,
    connection: { ...one.connection, state: 'error', code: 'sign-in-refused', nextTryAt: null },
  }
  const accounts = [asking, ...others]
  expect(bannersOf({ accounts, closed: [], online: true, now: NOW })).toMatchObject([
    // Nothing is connected, so that nothing newer than the oldest of all is here.
    { is: 'offline', network: true, complete: { until: 3_000 }, accounts: others },
    { is: 'sign-in', account: asking },
  ])
  // Alone it is not away: it waits for the person.
  expect(bannersOf({ accounts: [asking], closed: [], online: false, now: NOW })).toMatchObject([
    { is: 'sign-in' },
  ])
})

it('this computer is offline where none of several servers can be reached, or where the system says so', async () => {
  const accounts = await accountsOf('offline')
  expect(said(accounts)).toMatchObject({ network: true })
  const [one, ...others] = accounts as [AccountView, ...AccountView[]]
  // A single server may be down.
  expect(said([one])).toMatchObject({ network: false })
  expect(first({ accounts: [one], closed: [], online: false, now: NOW })).toMatchObject({ network: true })
  const busy: AccountView = { ...one, connection: { ...one.connection, code: 'busy' } }
  expect(said([busy, ...others])).toMatchObject({ network: false })
})

it('the soonest try is told', async () => {
  const accounts = (await accountsOf('offline')).map((view, index) => ({
    ...view,
    connection: { ...view.connection, nextTryAt: NOW + 9_000 - index * 1_000 },
  }))
  expect(said(accounts)).toMatchObject({ soonest: accounts.at(-1) })
})

it('what an account that can’t be opened had received is not vouched for', async () => {
  const { accounts, closed } = await fakeBridge({ scenario: 'broken', frozen: NOW }).call('snapshot')
  expect(first({ accounts, closed, online: true, now: NOW })).toMatchObject({ is: 'closed', closed })
  const away = await offline(5_000)
  expect(bannersOf({ accounts: away, closed, online: true, now: NOW })).toMatchObject([
    { is: 'offline', complete: null },
    // Whatever else is said, that something is not in the list is said as well.
    { is: 'closed', closed },
  ])
  // With no account at all the list's place says it.
  expect(first({ accounts: [], closed, online: true, now: NOW })).toBeNull()
})
