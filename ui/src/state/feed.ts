/**
 * A list that grows at its head while somebody reads it: notices, trades. Pure.
 *
 * What arrives above what is being read waits (`waiting`) until the reader asks for it, so that nothing jumps.
 * Every function gives the same feed back where nothing changes, and taking the same items twice is taking
 * them once.
 */

export interface Feed<T> {
  /** Newest first. */
  readonly items: readonly T[]
  /** Whether there are older ones to be read behind the last. */
  readonly more: boolean
  /** Whether somebody reads further down, so that nothing may be put above. */
  readonly held: boolean
  /** What waits above, newest first. */
  readonly waiting: readonly T[]
  /** When those that came last arrived, so that they can be told from those that were there. */
  readonly arrivals: ReadonlyMap<string, number>
}

export interface FeedOf<T> {
  readonly key: (item: T) => string
  /** Below 0 where `a` stands before `b`. */
  readonly order: (a: T, b: T) => number
  /** How many are kept while new ones arrive; the oldest go, and can be read again. */
  readonly kept: number
}

/** How many arrivals are remembered: more do not fit a screen. */
const ARRIVALS = 50

export function emptyFeed<T>(): Feed<T> {
  return { items: [], more: false, held: false, waiting: [], arrivals: new Map() }
}

/** A feed as it was just read; who reads on, and what arrived lately, stay as they are. */
export function readFeed<T>(before: Feed<T> | undefined, items: readonly T[], more: boolean): Feed<T> {
  return { items, more, held: before?.held ?? false, waiting: [], arrivals: before?.arrivals ?? new Map() }
}

/** Adds a page of older items. */
export function addPage<T>(feed: Feed<T>, of: FeedOf<T>, page: readonly T[], more: boolean): Feed<T> {
  const known = new Set(feed.items.map((item) => of.key(item)))
  const added = page.filter((item) => !known.has(of.key(item)))
  return { ...feed, items: merged(of, feed.items, added), more }
}

/** Takes what is new. */
export function receive<T>(feed: Feed<T>, of: FeedOf<T>, arrived: readonly T[], now: number): Feed<T> {
  const known = new Set([...feed.items, ...feed.waiting].map((item) => of.key(item)))
  const last = feed.items.at(-1)
  const added: T[] = []
  for (const item of arrived) {
    const key = of.key(item)
    // What belongs behind a page that was not read yet will come with that page.
    const unread = feed.more && last !== undefined && of.order(item, last) > 0
    if (known.has(key) || unread) continue
    known.add(key)
    added.push(item)
  }
  if (added.length === 0) return feed
  added.sort((a, b) => of.order(a, b))
  const arrivals = recent(
    feed.arrivals,
    added.map((item) => of.key(item)),
    now,
  )
  if (!feed.held) return cut({ ...feed, arrivals, items: merged(of, feed.items, added) }, of)
  const below = last === undefined ? [] : added.filter((item) => of.order(item, last) > 0)
  const above = added.filter((item) => !below.includes(item))
  return cut(
    { ...feed, arrivals, items: merged(of, feed.items, below), waiting: merged(of, feed.waiting, above) },
    of,
  )
}

/** Shows what waits. */
export function settle<T>(feed: Feed<T>, of: FeedOf<T>): Feed<T> {
  if (feed.waiting.length === 0) return feed
  return cut({ ...feed, items: merged(of, feed.items, feed.waiting), waiting: [] }, of)
}

/** Says whether somebody reads further down. Being back at the top shows what waits. */
export function hold<T>(feed: Feed<T>, of: FeedOf<T>, held: boolean): Feed<T> {
  if (feed.held === held) return feed
  const now = { ...feed, held }
  return held ? now : settle(now, of)
}

/** Puts newer forms of items in the place of the known ones, and takes away those that no longer belong. */
export function replace<T>(
  feed: Feed<T>,
  of: FeedOf<T>,
  newer: ReadonlyMap<string, T>,
  belongs: (item: T) => boolean,
): Feed<T> {
  const swap = (items: readonly T[]): readonly T[] => {
    if (!items.some((item) => newer.has(of.key(item)))) return items
    return items.flatMap((item) => {
      const now = newer.get(of.key(item)) ?? item
      return now === item || belongs(now) ? [now] : []
    })
  }
  const items = swap(feed.items)
  const waiting = swap(feed.waiting)
  return items === feed.items && waiting === feed.waiting ? feed : { ...feed, items, waiting }
}

/** Takes away what is gone. */
export function withdraw<T>(feed: Feed<T>, of: FeedOf<T>, gone: ReadonlySet<string>): Feed<T> {
  const left = (items: readonly T[]): readonly T[] =>
    items.some((item) => gone.has(of.key(item))) ? items.filter((item) => !gone.has(of.key(item))) : items
  const items = left(feed.items)
  const waiting = left(feed.waiting)
  return items === feed.items && waiting === feed.waiting ? feed : { ...feed, items, waiting }
}

function merged<T>(of: FeedOf<T>, into: readonly T[], added: readonly T[]): readonly T[] {
  if (added.length === 0) return into
  const all: T[] = []
  let next = 0
  for (const item of into) {
    for (let one = added[next]; one !== undefined && of.order(one, item) < 0; one = added[next]) {
      all.push(one)
      next += 1
    }
    all.push(item)
  }
  return [...all, ...added.slice(next)]
}

function cut<T>(feed: Feed<T>, of: FeedOf<T>): Feed<T> {
  const items = feed.items.length > of.kept ? feed.items.slice(0, of.kept) : feed.items
  const waiting = feed.waiting.length > of.kept ? feed.waiting.slice(0, of.kept) : feed.waiting
  if (items === feed.items && waiting === feed.waiting) return feed
  return { ...feed, items, waiting, more: feed.more || items !== feed.items }
}

function recent(
  before: ReadonlyMap<string, number>,
  keys: readonly string[],
  now: number,
): Map<string, number> {
  const all = [...before, ...keys.map((key): [string, number] => [key, now])]
  return new Map(all.slice(-ARRIVALS))
}
