import { expect, it } from 'vitest'
import type { Notice } from '../../bridge/contract.gen'
import { groupsOf, isWithin, WHENS } from './groups'

const NOW = Date.UTC(2026, 10, 20, 14, 3)
const DAY = 86_400_000

function notice(id: number, days: number): Notice {
  return {
    account: 'one',
    id,
    category: 'market',
    level: 'info',
    title: '',
    body: '',
    actionUrl: null,
    occurredAt: NOW - days * DAY,
    receivedAt: NOW,
    read: true,
    archived: false,
    about: null,
  }
}

it('what was found stands by how long ago it was, in whatever order it came', () => {
  const groups = groupsOf([notice(1, 40), notice(2, 0), notice(3, 3), notice(4, 0), notice(5, 9)], NOW)
  expect(groups.map(({ key, notices }) => [key, notices.map(({ id }) => id)])).toEqual([
    ['today', [2, 4]],
    ['week', [3]],
    ['month', [5]],
    ['before', [1]],
  ])
})

it('nothing is no group', () => {
  expect(groupsOf([], NOW)).toEqual([])
})

it('each stretch of time is within the one before', () => {
  const all = [notice(1, 0), notice(2, 3), notice(3, 9), notice(4, 40)]
  const counts = WHENS.map((when) => all.filter((one) => isWithin(one, when, NOW)).length)
  expect(counts).toEqual([4, 3, 2, 1])
})
