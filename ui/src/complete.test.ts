import { expect, it } from 'vitest'
import type { AccountView } from './bridge/contract.gen'
import { completeOf, exceptOf } from './complete'
import { sampleAccount } from './kit/samples'

const NOW = 100_000

const GAP = { from: 1_000, to: 2_000, why: 'no-replay' } as const

const live = (more: Partial<AccountView> = {}): AccountView =>
  sampleAccount({}, { completeUntil: 90_000, ...more })

const away = (completeUntil: number | null, more: Partial<AccountView> = {}): AccountView =>
  sampleAccount({ state: 'reconnecting' }, { completeUntil, ...more })

const paused = (more: Partial<AccountView> = {}): AccountView =>
  sampleAccount({ state: 'disconnected' }, { completeUntil: 10_000, paused: true, ...more })

it('several accounts are as complete as the one that is furthest behind', () => {
  expect(completeOf([live(), away(60_000)], NOW)).toEqual({ until: 60_000, gaps: false, paused: 0 })
  expect(completeOf([live()], NOW)).toEqual({ until: NOW, gaps: false, paused: 0 })
})

it('nothing is claimed where an account was never complete, and where none is to be connected', () => {
  expect(completeOf([live(), away(null)], NOW)).toBeNull()
  expect(completeOf([paused()], NOW)).toBeNull()
  expect(completeOf([], NOW)).toBeNull()
})

it('one gap is said', () => {
  const complete = completeOf([live(), live({ gaps: [GAP] })], NOW)
  expect(complete).toMatchObject({ until: NOW, gaps: true })
  expect(complete && exceptOf(complete)).toBe('gaps')
})

it('an account that was disconnected by hand is left out, and that is said', () => {
  const complete = completeOf([live(), paused({ gaps: [GAP] })], NOW)
  expect(complete).toEqual({ until: NOW, gaps: false, paused: 1 })
  expect(complete && exceptOf(complete)).toBe('1 disconnected account')
  expect(exceptOf({ until: 0, gaps: true, paused: 2 })).toBe('gaps and 2 disconnected accounts')
  expect(exceptOf({ until: 0, gaps: false, paused: 0 })).toBeNull()
})
