import { describe, expect, test } from 'vitest'
import type { Entity } from '../../bridge/contract.gen'
import { formatPercent } from '../../format/number'
import { changeSince, readMarket, readTrade, shortAddress, valueAt } from '../market/market'
import { windowOf } from '../market/ranges'
import { listMarkets } from './list'

const entity = (id: string, fields: Record<string, unknown>): Entity => ({
  kind: 'market',
  id,
  fields,
  updatedAt: 1_000,
})

describe('a market', () => {
  test('of which nothing is known shows nothing', () => {
    const market = readMarket(entity('m-1', {}))
    const { id, updatedAt, ...rest } = market
    expect([id, updatedAt]).toEqual(['m-1', 1_000])
    expect(Object.values(rest).every((value) => value === null)).toBe(true)
  })

  test('whose fields are of another sort shows nothing of them', () => {
    const market = readMarket(
      entity('m-1', { question: 4, yesPrice: 0.5, endsAt: 'soon', outcome: 'MAYBE', noPrice: 'x' }),
    )
    expect([market.question, market.yes, market.endsAt, market.outcome, market.no]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
  })

  test('names who made it by a handle, else by a short address', () => {
    expect(
      readMarket(entity('m', { creator: '0x8617e340b3d01fa5', creatorHandle: 'tidewatch' })).creator,
    ).toBe('@tidewatch')
    expect(readMarket(entity('m', { creator: '0x8617e340b3d01fa5' })).creator).toBe('0×86…1fa5')
    expect(shortAddress('@nadia.k')).toBe('@nadia.k')
  })

  test('a trade without some figure has no figure there', () => {
    const line = {
      kind: 'market',
      id: 'm',
      seq: 4,
      what: 'market.trade',
      at: 9,
      fields: { direction: 'buy', shares: '40' },
    }
    expect(readTrade(line)).toEqual({
      key: '4',
      at: 9,
      direction: 'buy',
      outcome: null,
      shares: '40',
      price: null,
      amount: null,
      trader: null,
    })
  })
})

describe('the change of a price', () => {
  const points = [
    { at: 10, value: '0.470' },
    { at: 90, value: '0.600' },
  ]

  test('is against the last value up to then', () => {
    expect(valueAt(points, 50)).toBe('0.470')
    const change = changeSince(points, 50, '0.634')
    expect(change?.way).toBe('up')
    expect(change?.share && formatPercent(change.share, { signed: true, locale: 'en-GB' })).toBe('+34.9%')
  })

  test('is not known where nothing is known that far back', () => {
    expect(changeSince(points, 5, '0.634')).toBeNull()
    expect(changeSince(points, 50, null)).toBeNull()
  })
})

describe('a list of markets', () => {
  const all = [
    entity('late', { question: 'Will it snow?', endsAt: 900, category: 'Weather' }),
    entity('soon', { question: 'Will it rain?', endsAt: 300, category: 'Weather', creatorHandle: 'jole' }),
    entity('mine', { question: 'Will it pass?', endsAt: 600 }),
    entity('done', { question: 'Did it rain?', outcome: 'YES', resolvedAt: 50 }),
    entity('over', { question: 'Did it snow?', outcome: 'NO', resolvedAt: 80 }),
    entity('never', { question: 'Will it ever?' }),
  ]
  const ids = (filter: 'open' | 'followed' | 'resolved', search = ''): string[] =>
    listMarkets(all, new Set(['mine', 'done']), filter, search).shown.map((market) => market.id)

  test('has followed ones first, then those that close next', () => {
    expect(ids('open')).toEqual(['mine', 'soon', 'late', 'never'])
    expect(ids('resolved')).toEqual(['over', 'done'])
    expect(ids('followed')).toEqual(['mine', 'done'])
  })

  test('counts all, whatever is searched for', () => {
    expect(listMarkets(all, new Set(['mine']), 'open', 'nothing').counts).toEqual({
      open: 4,
      followed: 1,
      resolved: 2,
    })
  })

  test('finds every word, in question, category and maker', () => {
    expect(ids('open', 'RAIN')).toEqual(['soon'])
    expect(ids('open', 'weather will')).toEqual(['soon', 'late'])
    expect(ids('open', '@jole')).toEqual(['soon'])
    expect(ids('open', 'rain snow')).toEqual([])
  })
})

test('a chart asks for more than it shows, so that its line comes in from the left', () => {
  const end = 1_000 * 86_400_000
  expect(windowOf('day', end, null)).toEqual({ since: end - 2 * 86_400_000, from: end - 86_400_000, to: end })
  expect(windowOf('all', end, end - 500_000)).toEqual({ since: 0, from: end - 500_000, to: end })
  expect(windowOf('all', end, null).from).toBe(end - 86_400_000)
})
