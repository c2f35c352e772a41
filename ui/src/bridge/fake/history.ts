/** What the double's connections did: made up for the time before, noted for what happens. */

import type { ConnectionAct, ConnectionStatus, Gap, HistoryLine, TransportKind } from '../contract.gen'
import { Random } from './random'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** How many lines the core gives. */
export const LINES = 50

/** Adds a line; one that is like the newest is counted with it. */
export function note(history: HistoryLine[], act: ConnectionAct, at: number): void {
  const [newest] = history
  if (newest !== undefined && isLike(newest, act)) history[0] = { ...newest, at, times: newest.times + 1 }
  else history.unshift({ at, times: 1, ...act })
}

function isLike(line: HistoryLine, act: ConnectionAct): boolean {
  const { at, times, ...before } = line
  return JSON.stringify({ at, times, ...before }) === JSON.stringify({ at, times, ...act })
}

export interface Past {
  readonly connection: ConnectionStatus
  readonly gap: Gap | undefined
  readonly transport: TransportKind
  /** Chance of its own, so that the rest of the world stays as it is. */
  readonly seed: number
  readonly now: number
}

/** What a connection did before the window was opened, newest first. */
export function pastOf({ connection, gap, transport, seed, now }: Past): HistoryLine[] {
  const random = new Random(seed)
  const history: HistoryLine[] = []
  const did = (at: number, act: ConnectionAct): void => {
    note(history, act, at)
  }
  const open = (at: number, socketId = random.hex(20)): void => {
    did(at, { what: 'opened', socketId, transport, tookMs: random.whole(90, 320) })
  }
  const caughtUp = (at: number, events: number): void => {
    const tookMs = 200 + events * 5
    did(at + tookMs, { what: 'caught-up', events, tookMs })
  }
  const lose = (at: number, cause: string): void => {
    did(at, { what: 'lost', cause, code: 'unreachable', transport, latencyMs: random.whole(18, 60) })
  }
  const fail = (at: number, times: number): void => {
    for (let time = times - 1; time >= 0; time--) {
      const cause = "The server can't be reached."
      did(at - time * 9 * SECOND, { what: 'failed', cause, code: 'unreachable' })
    }
  }

  const { state, since, catchingUp, socketId, tries } = connection
  // One that never stood has done nothing yet.
  if (state === 'connecting') return history
  if (gap !== undefined) {
    lose(gap.from, 'The server closed the connection.')
    fail(gap.to - 20 * SECOND, 14)
    open(gap.to)
    did(gap.to + SECOND, { what: 'gap', ...gap })
    caughtUp(gap.to + SECOND, 0)
  }
  const before = since - 6 * HOUR
  did(before - MINUTE, { what: 'token-refused' })
  did(before - MINUTE + SECOND, { what: 'token-refreshed' })
  open(before)
  caughtUp(before, 1)
  switch (state) {
    case 'connected':
      lose(since - 40 * SECOND, 'The connection went silent.')
      fail(since - 8 * SECOND, 3)
      open(since, socketId ?? random.hex(20))
      if (!catchingUp) caughtUp(since, 31)
      break
    case 'reconnecting':
      lose(since, 'The connection dropped.')
      fail(now - 4 * SECOND, tries - 1)
      break
    case 'error':
      did(since, { what: 'token-refused' })
      did(since + SECOND, { what: 'refresh-failed', cause: 'The server can’t renew a token that old.' })
      did(since + SECOND, { what: 'sign-in-needed' })
      break
    case 'disconnected':
      did(since, { what: 'disconnected' })
      break
  }
  return history
}
