/** What is known of a market, read out of a thing's fields. What no field says is null, and is not shown. */

import type { Activity, Entity, SeriesPoint, Timestamp } from '../../bridge/contract.gen'
import { parseDecimal } from '../../format/decimal'
import { changeBetween, type Change } from '../../format/number'
import { moment } from '../../format/time'
import { m } from '../../text'

export const MARKET = 'market'
/** The two values of a market over time. */
export const YES = 'yes'
export const NO = 'no'
/** How many places a price has. */
export const PRICE_PLACES = 3
/** How many places a volume has, wherever it stands. */
export const VOLUME_PLACES = 1
export const DAY = 86_400_000

export type Outcome = 'YES' | 'NO'

/** That a market's numbers do not move any more, and since when, where that is known. */
export function finalWords(at: Timestamp | null, now: Timestamp): string {
  return at === null ? m.market_final_short() : m.market_final_since({ at: moment(at, now) })
}

export interface Market {
  readonly id: string
  readonly question: string | null
  readonly category: string | null
  /** Who made it: a handle, or a wallet's address. */
  readonly creator: string | null
  readonly endsAt: Timestamp | null
  readonly yes: string | null
  readonly no: string | null
  readonly opened: string | null
  readonly currency: string | null
  readonly lastTradeAt: Timestamp | null
  readonly volume: string | null
  readonly traders: number | null
  readonly outcome: Outcome | null
  readonly resolvedAt: Timestamp | null
  readonly resolvedBy: string | null
  readonly reason: string | null
  readonly updatedAt: Timestamp
}

type Fields = Readonly<Record<string, unknown>>

const text = (fields: Fields, name: string): string | null => {
  const value = fields[name]
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

const number = (fields: Fields, name: string): number | null => {
  const value = fields[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

const amount = (fields: Fields, name: string): string | null =>
  parseDecimal(fields[name]) === null ? null : text(fields, name)

const outcomeOf = (value: unknown): Outcome | null => (value === 'YES' || value === 'NO' ? value : null)

export function readMarket({ id, fields, updatedAt }: Entity): Market {
  const handle = text(fields, 'creatorHandle')
  return {
    id,
    question: text(fields, 'question'),
    category: text(fields, 'category'),
    creator: handle === null ? shortAddress(text(fields, 'creator')) : `@${handle.replace(/^@/, '')}`,
    endsAt: number(fields, 'endsAt'),
    yes: amount(fields, 'yesPrice'),
    no: amount(fields, 'noPrice'),
    opened: amount(fields, 'initialPrice'),
    currency: text(fields, 'currency'),
    lastTradeAt: number(fields, 'lastTradeAt'),
    volume: amount(fields, 'totalVolume'),
    traders: number(fields, 'totalParticipants'),
    outcome: outcomeOf(fields['outcome']),
    resolvedAt: number(fields, 'resolvedAt'),
    resolvedBy: shortAddress(text(fields, 'resolvedBy')),
    reason: text(fields, 'reason'),
    updatedAt,
  }
}

/** Whether no trade of it is known: then it has no price. */
export const isUntraded = (market: Market): boolean => market.yes === null && market.lastTradeAt === null

/**
 * What is said where no price is known. That nobody has traded is known only of a market about which everything was
 * told since it was made; of any other, trades may have been made that this computer was not told of.
 */
export const untradedWords = (live: boolean): string => (live ? m.market_untraded() : m.market_no_price())

/** When a market's prices were so. */
export const pricedAt = (market: Market): Timestamp => market.lastTradeAt ?? market.updatedAt

export interface Trade {
  readonly key: string
  readonly at: Timestamp
  readonly direction: 'buy' | 'sell' | null
  readonly outcome: Outcome | null
  readonly shares: string | null
  readonly price: string | null
  readonly amount: string | null
  readonly trader: string | null
}

export function readTrade(line: Activity): Trade {
  const { fields } = line
  const direction = fields['direction']
  return {
    key: String(line.seq),
    at: line.at,
    direction: direction === 'buy' || direction === 'sell' ? direction : null,
    outcome: outcomeOf(fields['outcome']),
    shares: amount(fields, 'shares'),
    price: amount(fields, 'price'),
    amount: amount(fields, 'amount'),
    trader: shortAddress(text(fields, 'trader')),
  }
}

/** A wallet's address is too long to read: its ends tell it apart. Anything else stays as it is. */
export function shortAddress(address: string | null): string | null {
  if (address === null || !/^0x[0-9a-f]{12,}$/i.test(address)) return address
  return `0×${address.slice(2, 4)}…${address.slice(-4)}`
}

/** A series' value at a time: its last one up to then. Null where none is known that far back. */
export function valueAt(points: readonly SeriesPoint[], at: Timestamp): string | null {
  return points.findLast((point) => point.at <= at)?.value ?? null
}

/** How a price moved since a time; null where it is not known what it was then. */
export function changeSince(
  points: readonly SeriesPoint[],
  since: Timestamp,
  price: string | null,
): Change | null {
  const before = parseDecimal(valueAt(points, since))
  const after = parseDecimal(price)
  return before === null || after === null ? null : changeBetween(before, after)
}
