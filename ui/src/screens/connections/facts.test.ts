import { describe, expect, it } from 'vitest'
import type { AccountView } from '../../bridge/contract.gen'
import { fakeBridge } from '../../bridge/fake'
import { byThemselves } from '../../connection'
import { nameOf } from '../../account'
import { actionsOf, gapsOf, shortSocket } from './facts'

async function demo(): Promise<AccountView[]> {
  return (await fakeBridge({ scenario: 'demo', frozen: 0 }).call('snapshot')).accounts
}

describe('what can be done about a connection', () => {
  it('follows from how it stands', async () => {
    const actions = (await demo()).map((view) => [view.connection.state, actionsOf(view)])
    expect(actions).toEqual([
      ['connected', ['disconnect']],
      ['connected', ['disconnect']],
      ['connected', ['disconnect']],
      ['reconnecting', ['try-now', 'disconnect']],
      ['error', ['sign-in']],
      ['disconnected', ['connect']],
    ])
  })

  it('for all at once leaves out those that want a person, or were disconnected by one', async () => {
    expect(byThemselves(await demo()).map((view) => view.title)).toEqual([
      'Oddsfield',
      'Northyard',
      'Sparring',
      'Ledgerline',
    ])
  })
})

it('two accounts of a platform are told apart by who they are', async () => {
  const accounts = await demo()
  expect(accounts.map((view) => nameOf(view, accounts))).toEqual([
    'Oddsfield, maren',
    'Northyard',
    'Sparring',
    'Ledgerline',
    'Quorum',
    'Oddsfield, quill',
  ])
})

it('gaps stand newest first', () => {
  const gap = (to: number) => ({ from: to - 1, to, why: 'no-replay' as const })
  expect(gapsOf({ gaps: [gap(2), gap(9), gap(4)] }).map(({ to }) => to)).toEqual([9, 4, 2])
})

it('a socket’s id keeps both its ends', () => {
  expect(shortSocket('k3FqabcdefghZ9Zb')).toBe('k3Fq…9Zb')
  expect(shortSocket('short')).toBe('short')
})
