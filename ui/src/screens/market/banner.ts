import { causeOf, isSilent, nextTry, sentences, whatWasTried, whyAway } from '../../connection'
import type { AccountView, Timestamp } from '../../bridge/contract.gen'
import { clockWithSeconds, daysAgo, moment } from '../../format/time'
import { m } from '../../text'

/** What stands above prices that are not live because of the connection. */
export interface PriceBanner {
  readonly title: string
  readonly text: string
  /** What a person can do about it here. */
  readonly action: 'try-now' | 'connect' | null
}

/**
 * From when prices are, why, and what comes next; null while the account is connected. `pricesAt` is when they were so,
 * where they are older than the loss.
 */
export function priceBannerOf(
  view: Pick<AccountView, 'connection' | 'paused' | 'title'>,
  now: Timestamp,
  startedAt: Timestamp | null,
  offline = false,
  pricesAt: Timestamp | null = null,
): PriceBanner | null {
  const { connection, paused } = view
  if (connection.state === 'connected') return null
  const since = pricesAt ?? connection.since
  const at = daysAgo(since, now) === 0 ? clockWithSeconds(since) : moment(since, now)
  const action = connection.state === 'error' ? null : paused ? 'connect' : 'try-now'
  if (offline && connection.state === 'reconnecting') {
    return { title: m.prices_from({ at }), text: whyAway(view, now, startedAt, true), action }
  }
  if (isSilent(connection)) {
    const text = sentences(m.prices_from_then({ at }), whatWasTried(connection, now, startedAt))
    return { title: m.prices_silent({ platform: view.title }), text, action }
  }
  const why = causeOf(connection, startedAt) ?? (paused ? m.prices_paused() : m.prices_connecting())
  return { title: m.prices_from({ at }), text: sentences(why, nextTry(connection, now)), action }
}
