import { lookOf, wordOf } from '../../account'
import type { AccountView, Timestamp } from '../../bridge/contract.gen'
import { clockWithSeconds, daysAgo, moment } from '../../format/time'
import { m } from '../../text'

/** A connection in a line: its word, and what explains it. */
export function statusLine(view: AccountView, now: Timestamp, offline = false): string {
  const { connection, latencyMs } = view
  const look = lookOf(connection, offline)
  const word = wordOf(look)
  if (look === 'live')
    return latencyMs === null ? word : m.conn_line({ word, more: m.conn_millis({ count: latencyMs }) })
  if (look === 'offline') return m.conn_line({ word, more: moment(connection.since, now) })
  if (look === 'reconnecting' && connection.tries > 0) {
    return m.conn_line({ word, more: m.conn_try({ count: connection.tries + 1 }) })
  }
  return word
}

/** A moment to the second today, with its day before. */
export function secondOf(at: Timestamp, now: Timestamp): string {
  return daysAgo(at, now) === 0 ? clockWithSeconds(at) : moment(at, now)
}
