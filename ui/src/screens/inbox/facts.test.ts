import { expect, it } from 'vitest'
import type { Entity } from '../../bridge/contract.gen'
import { m } from '../../text'
import { factsOf, finalSince, isFinal, moves } from './facts'

function market(fields: Record<string, unknown>): Entity {
  return { kind: 'market', id: 'm-1', updatedAt: 0, fields }
}

it('a market that is open says its prices', () => {
  const facts = factsOf(market({ yesPrice: '0.634', noPrice: '0.366', endsAt: 1 }))
  expect(facts.map(({ field }) => field)).toEqual(['yesPrice', 'noPrice', 'endsAt'])
})

it('a market that is decided says its outcome in place of prices', () => {
  const facts = factsOf(
    market({ outcome: 'YES', yesPrice: '1', totalVolume: '10', totalParticipants: 3, resolvedAt: 1 }),
  )
  expect(facts.map(({ field }) => field)).toEqual([
    'outcome',
    'totalVolume',
    'totalParticipants',
    'resolvedAt',
  ])
})

it('what is not known, or not as it should be, is left out', () => {
  expect(factsOf(market({ yesPrice: null, noPrice: { a: 1 } }))).toEqual([])
})

it('a kind without words here has no facts', () => {
  expect(factsOf({ ...market({ amount: '3' }), kind: 'invoice' })).toEqual([])
})

it('figures may grow old, times may not; with an outcome nothing moves any more', () => {
  const open = market({ yesPrice: '0.634', totalVolume: '10', totalParticipants: 3, endsAt: 1 })
  expect(factsOf(open).map((fact) => [fact.field, moves(fact)])).toEqual([
    ['yesPrice', true],
    ['totalVolume', true],
    ['totalParticipants', true],
    ['endsAt', false],
  ])
  expect(isFinal(open)).toBe(false)
  expect(isFinal(market({ outcome: 'YES' }))).toBe(true)
})

it('facts have the names that they have on the page of their thing', () => {
  const facts = factsOf(market({ totalVolume: '10', totalParticipants: 3, endsAt: 1 }))
  expect(facts.map(({ label }) => label)).toEqual([
    m.market_volume(),
    m.market_traders_title(),
    m.market_closes(),
  ])
})

it('what is final is so since it was resolved', () => {
  expect(finalSince(market({ outcome: 'YES', resolvedAt: 7 }))).toBe(7)
  expect(finalSince(market({ outcome: 'YES' }))).toBeNull()
})
