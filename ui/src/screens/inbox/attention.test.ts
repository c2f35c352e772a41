import { expect, it } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import type { Scenario } from '../../bridge/fake/scenarios'
import { attentionOf, todayOf } from './attention'

const NOW = Date.UTC(2026, 10, 20, 14, 3)

async function said(scenario: Scenario): Promise<[string, string][]> {
  const { accounts, closed } = await fakeBridge({ scenario, frozen: NOW }).call('snapshot')
  return attentionOf({ accounts, closed, now: NOW, startedAt: null, offline: false }).map(
    ({ name, text }) => [name, text],
  )
}

it('those that wait for the person come first, and live ones are not among them', async () => {
  const all = await said('demo')
  expect(all.map(([name]) => name)).toEqual(['Quorum', 'Sparring', 'Ledgerline', 'Oddsfield, quill'])
  expect(all[0]).toEqual(['Quorum', 'Sign in again'])
  expect(all[3]).toEqual(['Oddsfield, quill', 'You disconnected this account.'])
})

it('one that can’t be opened is named before all', async () => {
  expect(await said('one-closed')).toEqual([['Northyard', 'Can’t be opened']])
})

it('what came today is counted where the list reaches further back', async () => {
  const bridge = fakeBridge({ scenario: 'demo', frozen: NOW })
  const ask = { accounts: [], filter: 'all', behind: null } as const
  const some = await bridge.call('notices', { ...ask, accounts: [], limit: 2 })
  expect(todayOf(some.notices, some.more, NOW)).toBeNull()
  const all = await bridge.call('notices', { ...ask, accounts: [], limit: 200 })
  const counts = todayOf(all.notices, all.more, NOW)
  expect([...(counts?.values() ?? [])].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2)
})
