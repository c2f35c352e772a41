/** Makes markets with a past: a walk of prices, the trades that made it, and the thing itself. */

import type { Activity, Entity, SeriesPoint } from '../contract.gen'
import { decimal, thousandths } from './amounts'
import { OPEN, RESOLVED, type Answered, type Question } from './questions'
import type { Random } from './random'

export const MARKET = 'market'
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** How many followed markets of the first account trade all the time. */
export const FOLLOWED = 4
/** How many trades of a market's past are kept as lines. */
const LINES = 120

export interface Market {
  entity: Entity
  yes: SeriesPoint[]
  no: SeriesPoint[]
  /** Newest last. */
  trades: Activity[]
}

/** What an account knows: when a market closes does not depend on up to when its trades came. */
export interface Known {
  readonly now: number
  readonly until: number
}

export interface Trade {
  readonly at: number
  /** The YES price after it, in thousandths. */
  readonly yes: number
  readonly direction: 'buy' | 'sell'
  readonly outcome: 'YES' | 'NO'
  /** In hundredths. */
  readonly shares: number
  readonly trader: string
}

const HANDLES = ['@nadia.k', '@tomas', '@kestrel', '@mo.w', '@jole', '@pixel', '@rails'] as const

export function traderOf(random: Random): string {
  return random.chance(0.45) ? random.pick(HANDLES) : `0x${random.hex(40)}`
}

/** A trade that leaves the YES price near the one before it. */
export function nextTrade(random: Random, yes: number, at: number, drift = 0): Trade {
  const moved = Math.min(980, Math.max(20, Math.round(yes + (random.next() - 0.5) * 16 + drift)))
  const outcome = random.chance(0.6) ? 'YES' : 'NO'
  const upwards = moved >= yes
  return {
    at,
    yes: moved,
    direction: (outcome === 'YES') === upwards ? 'buy' : 'sell',
    outcome,
    shares: random.pick([500, 800, 1000, 1250, 2000, 2500, 4000, 6000, 7550, 11_025, 15_000]),
    trader: traderOf(random),
  }
}

export function activityOf(id: string, seq: number, trade: Trade): Activity {
  const price = trade.outcome === 'YES' ? trade.yes : 1_000 - trade.yes
  return {
    kind: MARKET,
    id,
    seq,
    what: 'market.trade',
    at: trade.at,
    fields: {
      tradeId: `t-${String(seq)}`,
      direction: trade.direction,
      outcome: trade.outcome,
      shares: decimal(BigInt(trade.shares), 2),
      price: thousandths(price),
      amount: decimal(BigInt(trade.shares) * BigInt(price), 5),
      trader: trade.trader,
    },
  }
}

/** When trades happened, newest first: close together at the end, far apart at the beginning. */
function times(random: Random, last: number, since: number): number[] {
  const found: number[] = []
  for (let at = last; at > since;) {
    found.push(Math.round(at))
    const age = last - at
    const usual = age < HOUR ? 80 * SECOND : age < DAY ? 9 * MINUTE : 80 * MINUTE
    at -= usual * (0.25 + 1.5 * random.next())
  }
  return found
}

/** A market whose walk ends at its question's price; it is walked backwards from there. */
function walk(
  random: Random,
  id: string,
  question: Question,
  last: number,
  opened: number,
  seq: () => number,
): Market {
  const steps = times(random, last, opened)
  const trades: Trade[] = []
  // Prices wander with the root of time, and came from the middle.
  const span = last - opened
  const middle = 500 + (random.next() - 0.5) * 160
  let drift = 0
  for (const [index, at] of steps.entries()) {
    const share = (last - at) / span
    const yes = Math.round(question.yes + (middle - question.yes) * Math.min(1, share * 3) + drift)
    trades.push({ ...nextTrade(random, yes, at), yes: Math.min(975, Math.max(25, yes)) })
    const pause = (at - (steps[index + 1] ?? at)) / (10 * MINUTE)
    drift = drift * 0.995 + (random.next() - 0.5) * 15 * Math.sqrt(Math.min(4, pause))
  }
  trades.reverse()
  const point = (trade: Trade, value: number): SeriesPoint => ({ at: trade.at, value: thousandths(value) })
  return {
    entity: {
      kind: MARKET,
      id,
      updatedAt: last,
      fields: {
        question: question.question,
        creator: `0x${random.hex(40)}`,
        creatorHandle: question.by,
        category: question.category,
        initialPrice: '0.5',
        currency: 'ETH',
        yesPrice: thousandths(question.yes),
        noPrice: thousandths(1_000 - question.yes),
        lastTradeAt: last,
      },
    },
    yes: trades.map((trade) => point(trade, trade.yes)),
    no: trades.map((trade) => point(trade, 1_000 - trade.yes)),
    trades: trades.slice(-LINES).map((trade) => activityOf(id, seq(), trade)),
  }
}

function openMarket(
  random: Random,
  index: number,
  question: Question,
  { now, until }: Known,
  seq: () => number,
): Market {
  const fresh = [2, 6, 14, 41][index]
  const last =
    fresh === undefined
      ? until - (18 + (index - FOLLOWED) * 13) * MINUTE - random.whole(0, 50) * SECOND
      : until - fresh * SECOND
  const market = walk(
    random,
    `m-${String(101 + index)}`,
    question,
    last,
    until - random.whole(9, 26) * DAY,
    seq,
  )
  market.entity.fields['endsAt'] = now + question.days * DAY + 12 * MINUTE
  return market
}

function resolvedMarket(
  random: Random,
  index: number,
  answered: Answered,
  now: number,
  seq: () => number,
): Market {
  const at = now - answered.ago * MINUTE
  const closed = at - 68 * SECOND
  const market = walk(
    random,
    `m-${String(61 + index)}`,
    answered,
    closed,
    at - random.whole(10, 18) * DAY,
    seq,
  )
  Object.assign(market.entity.fields, {
    endsAt: closed,
    outcome: answered.outcome,
    resolvedBy: `0x${random.hex(40)}`,
    resolvedAt: at,
    totalVolume: answered.volume,
    totalParticipants: answered.traders,
    ...(answered.reason === null ? {} : { reason: answered.reason }),
  })
  market.entity.updatedAt = at
  return market
}

/** Markets that were made just now and that nobody has traded: one with all that is told of it, one with the least. */
export function newMarkets(random: Random, now: number): Market[] {
  const least = (id: string, question: string): Entity => ({
    kind: MARKET,
    id,
    updatedAt: now - 30 * SECOND,
    fields: {
      question,
      creator: `0x${random.hex(40)}`,
      endsAt: now + 9 * DAY,
      initialPrice: '0',
      currency: 'ETH',
    },
  })
  const full = least('m-201', 'Will the new lighthouse be lit before the first frost?')
  Object.assign(full.fields, { creatorHandle: 'vega', category: 'Cities', initialPrice: '0.5' })
  return [full, least('m-202', 'Is this enough?')].map((entity) => ({ entity, yes: [], no: [], trades: [] }))
}

/** The markets of an account; `copies` repeats the open ones for a very full list. */
export function makeMarkets(random: Random, known: Known, seq: () => number, copies = 1): Market[] {
  const made: Market[] = []
  for (let copy = 0; copy < copies; copy++) {
    for (const [index, question] of OPEN.entries()) {
      made.push(openMarket(random, index + copy * OPEN.length, question, known, seq))
    }
  }
  for (const [index, answered] of RESOLVED.entries())
    made.push(resolvedMarket(random, index, answered, known.now, seq))
  return made
}
