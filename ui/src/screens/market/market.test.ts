import { describe, expect, it } from 'vitest'
import type { AccountView } from '../../bridge/contract.gen'
import { fakeBridge } from '../../bridge/fake'
import { priceBannerOf } from './banner'
import { untradedWords } from './market'
import { notLiveWords, pricesOf } from './trades'

const NOW = Date.parse('2026-11-19T14:03:00Z')
const MINUTE = 60_000

async function first(): Promise<AccountView> {
  const [view] = (await fakeBridge({ scenario: 'offline', frozen: NOW }).call('snapshot')).accounts
  if (view === undefined) throw new Error('There is no account')
  return view
}

describe('what stands above prices that are not live', () => {
  it('says from when they are: from the loss, or from their own time', async () => {
    const view = await first()
    expect(priceBannerOf(view, NOW, NOW, true)?.title).toBe('Prices are from 13:54:00')
    expect(priceBannerOf(view, NOW, NOW, true, NOW - 40 * MINUTE)?.title).toBe('Prices are from 13:23:00')
  })
})

describe('what stands beside the trades', () => {
  const at = NOW - 30 * MINUTE

  it('is both prices in a line', () => {
    expect(pricesOf({ yes: '0.655', no: '0.345' })).toBe('YES: 0.655 | NO: 0.345')
    expect(pricesOf({ yes: '0.5', no: null })).toBe('YES: 0.500 | NO: –')
  })

  it('or why there are none, and only then that the market is not followed', () => {
    expect(notLiveWords({ state: 'live', at }, false, NOW)).toBe('')
    expect(notLiveWords({ state: 'catching-up', at }, false, NOW)).toBe('Catching up')
    expect(notLiveWords({ state: 'stale', since: at, at }, false, NOW)).toBe('paused at 13:33')
    expect(notLiveWords({ state: 'cached', at }, true, NOW)).toBe('Cached, 13:33')
    expect(notLiveWords({ state: 'cached', at }, false, NOW)).toBe('Cached, 13:33, not followed')
  })
})

it('that nobody traded a market is said only where one would know', () => {
  expect(untradedWords(true)).toBe('Not traded yet')
  expect(untradedWords(false)).toBe('No price received yet')
})
