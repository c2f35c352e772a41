/** What stands beside the heading of a market's trades. Pure. */

import type { Timestamp } from '../../bridge/contract.gen'
import type { Freshness } from '../../format/freshness'
import { formatAmount } from '../../format/number'
import { moment } from '../../format/time'
import { m } from '../../text'
import { PRICE_PLACES, type Market } from './market'

/** Both prices in a line: `YES: 0.634 | NO: 0.366`. */
export function pricesOf({ yes, no }: Pick<Market, 'yes' | 'no'>): string {
  const price = (text: string | null): string => formatAmount(text, PRICE_PLACES)
  return `${m.market_yes()}: ${price(yes)} | ${m.market_no()}: ${price(no)}`
}

/** Why the trades are not live, and up to when they are here; that a market is not followed is one reason. */
export function notLiveWords(fresh: Freshness, followed: boolean, now: Timestamp): string {
  switch (fresh.state) {
    case 'live':
      return ''
    case 'catching-up':
      return m.freshness_catching()
    case 'stale':
      return m.trades_paused({ at: moment(fresh.since, now) })
    case 'cached': {
      const cached = m.freshness_cached_at({ at: moment(fresh.at, now) })
      return followed ? cached : m.trades_cached_unfollowed({ cached })
    }
  }
}
