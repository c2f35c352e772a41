import { describe, expect, it } from 'vitest'
import type { ConnectionAct, HistoryLine } from '../../bridge/contract.gen'
import { told, transportOf } from './history'

const line = (act: ConnectionAct, times = 1): HistoryLine => ({ at: 5_000, times, ...act })
const opened = { what: 'opened', socketId: 'k3Fq', transport: 'websocket', tookMs: 180 } as const
const lost = { what: 'lost', code: 'unreachable', transport: 'polling', latencyMs: 23 } as const

describe('a line of the history', () => {
  it('says what carries a connection, and how long opening took', () => {
    expect(told(line(opened))).toEqual({
      look: 'live',
      word: 'Opened',
      what: 'Transport: WebSocket.',
      own: null,
      span: 180,
    })
  })

  it('has the words of a code, and the core’s sentence only where it says more', () => {
    const dropped = told(line({ ...lost, cause: 'The connection dropped.' }))
    expect([dropped.word, dropped.what, dropped.own]).toEqual(['Dropped', 'The connection dropped.', null])
    const silent = told(line({ ...lost, cause: 'The connection went silent.' }))
    expect([silent.what, silent.own]).toEqual(['', 'The connection went silent.'])
    // The core's apostrophes are straight.
    const failed = told(line({ what: 'failed', cause: "The server can't be reached.", code: 'unreachable' }))
    expect([failed.word, failed.what, failed.own]).toEqual([
      'Failed try',
      'The server can’t be reached.',
      null,
    ])
  })

  it('without words for its code has the core’s sentence alone', () => {
    const { what, own } = told(line({ what: 'failed', cause: 'Something else.', code: 'not-found' }))
    expect([what, own]).toEqual(['', 'Something else.'])
  })

  it('says how much was fetched, and how long that took', () => {
    const caught = (events: number) => told(line({ what: 'caught-up', events, tookMs: 700 }))
    expect([0, 1, 1_204].map((events) => caught(events).what)).toEqual([
      'Nothing was left to fetch.',
      '1 event was fetched.',
      '1,204 events were fetched.',
    ])
    expect(caught(0)).toMatchObject({ look: 'live', span: 700 })
  })

  it('says of a gap why it is there and how long it is', () => {
    const gap = told(line({ what: 'gap', from: 1_000, to: 4_000, why: 'pruned' }))
    expect(gap).toMatchObject({ look: 'gap', word: 'Gap', span: 3_000 })
    expect(gap.what).toContain('no longer kept')
  })

  it('says what a person has to do, and what they did', () => {
    const words = (['disconnected', 'token-refused', 'token-refreshed', 'sign-in-needed'] as const).map(
      (what) => {
        const { look, word } = told(line({ what }))
        return [look, word]
      },
    )
    expect(words).toEqual([
      ['offline', 'Offline'],
      ['connecting', 'Token refused'],
      ['live', 'Token renewed'],
      ['failed', 'Sign in again'],
    ])
    const kept = told(line({ what: 'refresh-failed', cause: 'The server asks to wait.' }))
    expect([kept.word, kept.own]).toEqual(['Not renewed', 'The server asks to wait.'])
  })
})

it('what carries a connection is what its newest line says of it', () => {
  const dropped = line({ ...lost, cause: 'The connection dropped.' })
  expect(transportOf([line({ what: 'disconnected' }), line(opened), dropped])).toBe('websocket')
  expect(transportOf([dropped, line(opened)])).toBe('polling')
  expect(transportOf([line({ what: 'token-refused' })])).toBeNull()
})
