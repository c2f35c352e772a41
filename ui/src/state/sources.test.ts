import { expect, test } from 'vitest'
import { fakeBridge } from '../bridge/fake'
import type { TopicStatus, UiEvent } from '../bridge/contract.gen'
import { reduce } from './reduce'
import { freshnessOf } from './sources'
import { accountOf, initialState, type State } from './state'

const NOW = Date.parse('2026-11-19T14:03:00Z')
const snapshot = await fakeBridge({ frozen: NOW }).call('snapshot')
const started: State = { ...initialState, snapshot, startedAt: NOW }
const account = snapshot.accounts[0]?.account.id ?? ''
const topics = snapshot.accounts[0]?.topics ?? []
const thing = { kind: 'market', id: 'm-106' }
const joined: TopicStatus = { ...thing, followed: true, confirmed: true, refusal: null }

const apply = (state: State, ...events: [UiEvent, number][]): State =>
  events.reduce((before, [event, now]) => reduce(before, event, now), state)

const trade = (at: number): UiEvent => ({
  type: 'changes',
  account,
  entities: [{ ...thing, at, fields: { yesPrice: '0.7' } }],
  samples: [],
  activity: [],
})

const follows = (list: TopicStatus[]): UiEvent => ({ type: 'topics', account, topics: list })

function fresh(state: State, at: number): string {
  const view = accountOf(state, account)
  if (view === undefined) throw new Error('The account is gone')
  return freshnessOf(state, view, thing, at, NOW).state
}

test('a price from before its market was followed is not live, though the connection is older', () => {
  const state = apply(started, [follows([...topics, joined]), NOW + 1_000])
  expect(fresh(state, NOW - 60_000)).toBe('cached')
  expect(fresh(started, NOW - 60_000)).toBe('cached')
})

test('the first trade after that makes it live, whatever the server’s clock says', () => {
  const state = apply(
    started,
    [follows([...topics, joined]), NOW + 1_000],
    // By the server's clock it was before the market was followed.
    [trade(NOW - 30_000), NOW + 2_000],
  )
  expect(fresh(state, NOW - 30_000)).toBe('live')
})

test('a market that is followed again has to be told of again', () => {
  const state = apply(
    started,
    [follows([...topics, joined]), NOW + 1_000],
    [trade(NOW + 2_000), NOW + 2_000],
    [follows([...topics]), NOW + 3_000],
    [follows([...topics, joined]), NOW + 60_000],
  )
  expect(fresh(state, NOW + 2_000)).toBe('cached')
  expect(fresh(apply(state, [trade(NOW + 61_000), NOW + 61_000]), NOW + 61_000)).toBe('live')
})

test('a topic that is back after a lost connection is the same one', () => {
  const lost = { ...joined, confirmed: false }
  const state = apply(
    started,
    [follows([...topics, joined]), NOW + 1_000],
    [trade(NOW + 2_000), NOW + 2_000],
    [follows([...topics, lost]), NOW + 3_000],
    [follows([...topics, joined]), NOW + 4_000],
  )
  expect(fresh(state, NOW + 2_000)).toBe('live')
})

test('what was refused and is granted later is joined then', () => {
  const refused = { ...joined, confirmed: false, refusal: 'Not a member' }
  const state = apply(
    started,
    [follows([...topics, refused]), NOW + 1_000],
    [follows([...topics, joined]), NOW + 50_000],
  )
  expect(fresh(state, NOW + 20_000)).toBe('cached')
})
