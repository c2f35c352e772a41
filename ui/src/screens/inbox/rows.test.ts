import { describe, expect, it } from 'vitest'
import type { Notice } from '../../bridge/contract.gen'
import { keyOf, neighbour, rowsOf, step } from './rows'

const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime()

function notice(id: number, occurredAt: number): Notice {
  return {
    account: 'one',
    id,
    category: 'market',
    level: 'info',
    title: `Notice ${String(id)}`,
    body: '',
    actionUrl: null,
    occurredAt,
    receivedAt: occurredAt,
    read: false,
    archived: false,
    about: null,
  }
}

const list = [notice(4, at(20, 14)), notice(2, at(20, 0)), notice(3, at(19, 23)), notice(1, at(3, 8))]

describe('rows', () => {
  it('have a head above each day and keep the order', () => {
    expect(rowsOf(list).map((row) => (row.kind === 'day' ? 'day' : row.notice.id))).toEqual([
      'day',
      4,
      2,
      'day',
      3,
      'day',
      1,
    ])
  })

  it('of nothing are none', () => {
    expect(rowsOf([])).toEqual([])
  })

  it('tell notices of two accounts with one number apart', () => {
    expect(keyOf({ account: 'one', id: 1 })).not.toBe(keyOf({ account: 'two', id: 1 }))
  })
})

describe('the selection', () => {
  it('goes to the next older notice when one leaves, and from the last to the one above', () => {
    expect(neighbour(list, 'one/2')?.id).toBe(3)
    expect(neighbour(list, 'one/1')?.id).toBe(3)
    expect(neighbour([notice(1, 0)], 'one/1')).toBeNull()
    expect(neighbour(list, 'one/99')).toBeNull()
  })

  it('moves by lines and stays within the list', () => {
    expect(step(list, null, 1)?.id).toBe(4)
    expect(step(list, null, -1)?.id).toBe(1)
    expect(step(list, 'one/4', 1)?.id).toBe(2)
    expect(step(list, 'one/4', -1)?.id).toBe(4)
    expect(step(list, 'one/1', 1)?.id).toBe(1)
    expect(step([], null, 1)).toBeNull()
  })
})
