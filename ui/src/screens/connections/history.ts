/** What a connection did, in words. Pure. */

import type { Look } from '../../account'
import type { HistoryLine, TransportKind } from '../../bridge/contract.gen'
import { causeWords, ownWords } from '../../connection'
import { formatCount } from '../../format/number'
import { m } from '../../text'
import { gapWhy } from './facts'

/** A line as it is read. */
export interface Told {
  /** How the connection stood then; `gap` is none of its states. */
  readonly look: Look | 'gap'
  readonly word: string
  readonly what: string
  /** The core's own sentence, where it says more. */
  readonly own: string | null
  /** How long it took, in milliseconds. */
  readonly span: number | null
}

export function transportName(transport: TransportKind): string {
  return transport === 'websocket' ? m.conn_websocket() : m.conn_polling()
}

/** What carries the connection, or carried it at last; null where none stood as far back as is known. */
export function transportOf(lines: readonly HistoryLine[]): TransportKind | null {
  const newest = lines.find((line) => line.what === 'opened' || line.what === 'lost')
  return newest?.transport ?? null
}

export function told(line: HistoryLine): Told {
  const plain = { own: null, span: null }
  switch (line.what) {
    case 'opened':
      return {
        ...plain,
        look: 'live',
        word: m.conn_did_opened(),
        what: m.conn_did_opened_how({ transport: transportName(line.transport) }),
        span: line.tookMs,
      }
    case 'failed':
    case 'lost': {
      const lost = line.what === 'lost'
      const words = causeWords(line.code, lost)
      const own = ownWords(line.cause, words)
      return {
        ...plain,
        look: 'reconnecting',
        word: lost ? m.conn_did_lost() : m.conn_did_failed(),
        // That it dropped is said by its word; the core knows how.
        what: lost && line.code === 'unreachable' && own !== null ? '' : (words ?? ''),
        own,
      }
    }
    case 'disconnected':
      return { ...plain, look: 'offline', word: m.connection_offline(), what: m.conn_did_disconnected() }
    case 'token-refused':
      return { ...plain, look: 'connecting', word: m.conn_did_refused(), what: m.cause_sign_in() }
    case 'token-refreshed':
      return { ...plain, look: 'live', word: m.conn_did_renewed(), what: m.conn_did_renewed_what() }
    case 'refresh-failed':
      return {
        ...plain,
        look: 'reconnecting',
        word: m.conn_did_not_renewed(),
        what: m.conn_did_not_renewed_what(),
        own: line.cause,
      }
    case 'sign-in-needed':
      return { ...plain, look: 'failed', word: m.connection_failed(), what: m.conn_did_sign_in() }
    case 'caught-up':
      return {
        ...plain,
        look: 'live',
        word: m.conn_did_caught_up(),
        what:
          line.events === 0
            ? m.conn_did_caught_up_none()
            : m.conn_did_caught_up_some({ count: line.events, shown: formatCount(line.events) }),
        span: line.tookMs,
      }
    case 'gap':
      return {
        ...plain,
        look: 'gap',
        word: m.conn_did_gap(),
        what: gapWhy(line.why),
        span: Math.max(0, line.to - line.from),
      }
  }
}
