import { describe, expect, it } from 'vitest'
import type { AccountView } from './bridge/contract.gen'
import { fakeBridge, type FakeBridge } from './bridge/fake'
import { causeOf, nextTry, whyAway } from './connection'
import { priceBannerOf } from './screens/market/banner'

const NOON = new Date(2026, 10, 19, 12, 0).getTime()

async function first(bridge: FakeBridge): Promise<AccountView> {
  const [view] = (await bridge.call('snapshot')).accounts
  if (view === undefined) throw new Error('There is no account')
  return view
}

describe('a lost connection', () => {
  it('keeps the time of its loss through every try, and counts them', async () => {
    const bridge = fakeBridge({ frozen: NOON })
    bridge.fake.lose(0)
    const lost = (await first(bridge)).account.id
    const told: number[] = []
    void bridge.listen((batch) => {
      for (const event of batch.events)
        if (event.type === 'connection' && event.account === lost) told.push(event.status.tries)
    })
    bridge.fake.advance(20_000)
    const { connection } = await first(bridge)
    expect(connection.since).toBe(NOON)
    expect(connection.tries).toBe(5)
    // Each try is told as it begins and as it fails.
    expect(told).toEqual([1, 2, 2, 3, 3, 4, 4, 5])
    expect(connection.nextTryAt).toBe(NOON + 75_000)
  })

  it('says when it is tried again, to the second and then to the minute', async () => {
    const bridge = fakeBridge({ frozen: NOON })
    bridge.fake.lose(0)
    bridge.fake.advance(3_000)
    const { connection } = await first(bridge)
    expect(nextTry(connection, NOON + 3_000)).toBe('Next try in 4 s.')
    expect(nextTry(connection, NOON + 6_200)).toBe('Next try in 1 s.')
    expect(nextTry({ ...connection, nextTryAt: NOON + 95_000 }, NOON)).toBe('Next try in 2 min.')
    expect(nextTry({ ...connection, nextTryAt: null }, NOON)).toBe('Trying now.')
    expect(nextTry({ ...connection, state: 'connected' }, NOON)).toBeNull()
  })

  it('is called silent after the fast tries, with how many there were since when', async () => {
    const bridge = fakeBridge({ frozen: NOON })
    bridge.fake.lose(0)
    bridge.fake.advance(4_000)
    expect(priceBannerOf(await first(bridge), NOON + 4_000, NOON)).toEqual({
      title: 'Prices are from 12:00:00',
      text: 'The connection dropped. Next try in 3 s.',
      action: 'try-now',
    })
    bridge.fake.advance(16_000)
    const view = await first(bridge)
    expect(priceBannerOf(view, NOON + 20_000, NOON)).toEqual({
      title: 'Oddsfield does not answer',
      text: 'Prices are from 12:00:00. 5 tries since 12:00. Next try in 55 s.',
      action: 'try-now',
    })
    expect(whyAway(view, NOON + 20_000, NOON)).toBe(
      'Oddsfield does not answer. 5 tries since 12:00. Next try in 55 s.',
    )
  })

  it('from before this window began is as old as it is, without a time that the tries would be since', async () => {
    const bridge = fakeBridge({ frozen: NOON, scenario: 'offline' })
    const view = await first(bridge)
    expect(priceBannerOf(view, NOON, NOON)).toMatchObject({
      title: 'Oddsfield does not answer',
      text: 'Prices are from 11:51:00. 7 tries failed. Next try in 42 s.',
    })
    expect(causeOf(view.connection, NOON)).toBe('The server can’t be reached.')
  })

  it('once it is back says nothing', async () => {
    const bridge = fakeBridge({ frozen: NOON })
    bridge.fake.lose(0)
    bridge.fake.advance(4_000)
    bridge.fake.restore(0)
    expect(priceBannerOf(await first(bridge), NOON + 4_000, NOON)).toBeNull()
    bridge.fake.advance(60_000)
    expect((await first(bridge)).connection.state).toBe('connected')
  })
})

it('a cause without a code is said in the core’s words', async () => {
  const { connection } = await first(fakeBridge({ frozen: NOON, scenario: 'offline' }))
  const without = { ...connection, cause: 'Something new.' }
  delete without.code
  expect(causeOf(without, NOON)).toBe('Something new.')
})

it('without a network no server is said not to answer', async () => {
  const view = await first(fakeBridge({ frozen: NOON, scenario: 'offline' }))
  expect(whyAway(view, NOON, null, true)).toBe('This computer is offline. Next try in 42 s.')
  expect(priceBannerOf(view, NOON, null, true)).toMatchObject({
    title: 'Prices are from 11:51:00',
    text: 'This computer is offline. Next try in 42 s.',
  })
})
