/**
 * How fresh a number is. Pure: what it is told is all it knows.
 *
 * Live is said only of what would have been told if it had changed: connected, nothing left to fetch, its topic
 * confirmed on this connection, no time since then in which something may be missing, and no silence that is longer than
 * this kind of value is ever silent: a connection that answers and brings nothing is no proof.
 */

import type { ConnectionStatus, Gap, Timestamp } from '../bridge/contract.gen'

export type Freshness =
  /** As the server has it now. */
  | { readonly state: 'live'; readonly at: Timestamp }
  /** What was missed is being fetched. */
  | { readonly state: 'catching-up'; readonly at: Timestamp }
  /** It was live, and may have changed since then. */
  | { readonly state: 'stale'; readonly since: Timestamp; readonly at: Timestamp }
  /** As it was kept at its own time. */
  | { readonly state: 'cached'; readonly at: Timestamp }

/** What is known of where a value comes from. */
export interface Source {
  readonly connection: Pick<ConnectionStatus, 'state' | 'catchingUp' | 'since'>
  /** Whether the server confirmed its topic on this connection; null for values that need none. */
  readonly topic: boolean | null
  /** In any order. */
  readonly gaps: readonly Gap[]
  /** When it was so, by the server's clock. */
  readonly at: Timestamp
  /** Whether it was received since this window began. */
  readonly received: boolean
  /** When something was told of it last, by this computer's clock; null where that is not known. */
  readonly heardAt: Timestamp | null
  /** The silence in milliseconds after which it is stale; null where there may be any. */
  readonly quietAfter: number | null
  /** The time by this computer's clock. */
  readonly now: Timestamp
}

export function freshness(source: Source): Freshness {
  const { connection, topic, gaps, at, received } = source
  if (!received) return { state: 'cached', at }
  if (connection.state !== 'connected') return { state: 'stale', since: Math.max(connection.since, at), at }
  if (connection.catchingUp) return { state: 'catching-up', at }
  // Nobody tells of it any more: it is what it was.
  if (topic === false) return { state: 'cached', at }
  const missed = gaps.filter((gap) => gap.to > at).map((gap) => Math.max(gap.from, at))
  if (missed.length > 0) return { state: 'stale', since: Math.min(...missed), at }
  const heard = source.heardAt ?? Math.max(connection.since, at)
  if (source.quietAfter !== null && source.now - heard > source.quietAfter)
    return { state: 'stale', since: heard, at }
  return { state: 'live', at }
}

const RANK: Record<Freshness['state'], number> = { cached: 0, stale: 1, 'catching-up': 2, live: 3 }

const ageOf = (one: Freshness): Timestamp => (one.state === 'stale' ? one.since : one.at)

/** A total is as fresh as its oldest part; null where it has no parts. */
export function oldest(parts: readonly Freshness[]): Freshness | null {
  let found: Freshness | null = null
  for (const part of parts) {
    const older =
      found === null ||
      RANK[part.state] < RANK[found.state] ||
      (RANK[part.state] === RANK[found.state] && ageOf(part) < ageOf(found))
    if (older) found = part
  }
  return found
}

/** Whether a number may be acted on, as far as its freshness goes. */
export const isLive = (one: Freshness): boolean => one.state === 'live'

/** Whether a number keeps its colour. */
export const hasColour = (one: Freshness): boolean => one.state === 'live' || one.state === 'catching-up'
