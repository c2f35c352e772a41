import { expect, it } from 'vitest'
import { fakeBridge } from '../bridge/fake'
import { unreadOfKinds } from './kinds'

const NOON = Date.parse('2026-11-19T14:03:00Z')

const sum = (counts: Iterable<number>): number => [...counts].reduce((all, count) => all + count, 0)

it('a notice counts for the kind of thing that it is of, and for the others where that has no page', () => {
  const unread = { market: 2, trade: 3, shares: 1, system: 4 }
  const { kinds, others } = unreadOfKinds({ kinds: ['market', 'creator-share'], unread })
  expect([...kinds]).toEqual([['market', 5]])
  expect(others).toBe(5)
})

it('the kinds of an account add up to it, and the accounts to what the inbox has unread', async () => {
  const bridge = fakeBridge({ frozen: NOON, scenario: 'many' })
  const { accounts } = await bridge.call('snapshot')
  const unread = async (of: string[]): Promise<number> =>
    (await bridge.call('notices', { accounts: of, filter: 'unread', behind: null, limit: 20_000 })).notices
      .length
  let all = 0
  for (const view of accounts) {
    const { kinds, others } = unreadOfKinds(view)
    expect(sum(kinds.values()) + others, view.title).toBe(await unread([view.account.id]))
    all += sum(kinds.values()) + others
  }
  expect(all).toBe(await unread([]))
  expect(all).toBeGreaterThan(0)
})
