import type { Entity, Timestamp } from '../../bridge/contract.gen'
import { m } from '../../text'

/** How a value of a thing is written. */
export type FactKind = 'price' | 'amount' | 'count' | 'time' | 'text' | 'outcome'

export interface Fact {
  field: string
  label: string
  kind: FactKind
  value: string | number
}

interface Wanted {
  field: string
  label: () => string
  kind: FactKind
}

/** What is worth knowing at a glance, per kind of thing, most important first; named as its own page names it. */
const WANTED: Readonly<Record<string, readonly Wanted[]>> = {
  market: [
    { field: 'outcome', label: () => m.market_outcome(), kind: 'outcome' },
    { field: 'yesPrice', label: () => m.market_yes(), kind: 'price' },
    { field: 'noPrice', label: () => m.market_no(), kind: 'price' },
    { field: 'totalVolume', label: () => m.market_volume(), kind: 'amount' },
    { field: 'totalParticipants', label: () => m.market_traders_title(), kind: 'count' },
    { field: 'resolvedAt', label: () => m.market_resolved(), kind: 'time' },
    { field: 'endsAt', label: () => m.market_closes(), kind: 'time' },
  ],
}

/** As many as fit in a strip. */
const MOST = 4

/** The facts that are known of a thing; none of a kind that has no words here. */
export function factsOf(thing: Entity): Fact[] {
  const facts: Fact[] = []
  for (const { field, label, kind } of WANTED[thing.kind] ?? []) {
    const value = thing.fields[field]
    // Once it is decided, the prices say nothing any more.
    if (kind === 'price' && thing.fields['outcome'] !== undefined) continue
    if (typeof value !== 'string' && typeof value !== 'number') continue
    facts.push({ field, label: label(), kind, value })
  }
  return facts.slice(0, MOST)
}

/** Whether a fact may change: what is written once, such as a time, is not older than it was. */
export const moves = ({ kind }: Fact): boolean => kind === 'price' || kind === 'amount' || kind === 'count'

/** Whether a thing has come to its end, so that its figures stay as they are. */
export const isFinal = (thing: Entity): boolean => thing.kind === 'market' && 'outcome' in thing.fields

/** Since when it stays as it is; null where that is not known. */
export function finalSince({ fields }: Entity): Timestamp | null {
  const { resolvedAt } = fields
  return typeof resolvedAt === 'number' ? resolvedAt : null
}
