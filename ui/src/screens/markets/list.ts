/** Which markets a list shows, and in which order. Pure. */

import type { Entity } from '../../bridge/contract.gen'
import { readMarket, type Market } from '../market/market'

export const FILTERS = ['open', 'followed', 'resolved'] as const
export type Filter = (typeof FILTERS)[number]

export interface Listed {
  readonly shown: readonly Market[]
  /** All that are open, whatever is shown. */
  readonly open: readonly Market[]
  readonly counts: Readonly<Record<Filter, number>>
}

const matches = (market: Market, words: readonly string[]): boolean => {
  const within = [market.question, market.category, market.creator].join(' ').toLowerCase()
  return words.every((word) => within.includes(word))
}

/**
 * Followed ones first, then by when they close. A trade moves no row: an order by price or by last trade would
 * let the list jump under one's eyes.
 */
export function listMarkets(
  entities: readonly Entity[],
  followed: ReadonlySet<string>,
  filter: Filter,
  search: string,
): Listed {
  const markets = entities.map(readMarket)
  const open = markets.filter((market) => market.outcome === null)
  const of: Record<Filter, readonly Market[]> = {
    open,
    followed: markets.filter((market) => followed.has(market.id)),
    resolved: markets.filter((market) => market.outcome !== null),
  }
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const first = (market: Market): number => (followed.has(market.id) && market.outcome === null ? 0 : 1)
  const closes = (market: Market): number => market.endsAt ?? Infinity
  const shown = of[filter]
    .filter((market) => matches(market, words))
    .sort((a, b) =>
      filter === 'resolved'
        ? (b.resolvedAt ?? 0) - (a.resolvedAt ?? 0) || order(a, b)
        : first(a) - first(b) || closes(a) - closes(b) || order(a, b),
    )
  return {
    shown,
    open,
    counts: { open: of.open.length, followed: of.followed.length, resolved: of.resolved.length },
  }
}

const order = (a: Market, b: Market): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
