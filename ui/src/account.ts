import type {
  Account,
  AccountId,
  AccountView,
  ConnectionStatus,
  PlatformId,
  PlatformView,
  Timestamp,
} from './bridge/contract.gen'
import { m } from './text'

/** What a connection looks like: each has a shape, a colour and a word. From best to worst. */
export const LOOKS = ['live', 'catching', 'connecting', 'reconnecting', 'offline', 'failed'] as const

export type Look = (typeof LOOKS)[number]

/** What one looks like. While this computer is offline nothing is said to be on its way. */
export function lookOf(status: ConnectionStatus, offline = false): Look {
  switch (status.state) {
    case 'connected':
      return status.catchingUp ? 'catching' : 'live'
    case 'connecting':
      return 'connecting'
    case 'reconnecting':
      return offline ? 'offline' : 'reconnecting'
    case 'disconnected':
      return 'offline'
    case 'error':
      return 'failed'
  }
}

/**
 * Up to when nothing is missing; null where that is not known yet. The core keeps its mark from time to time: while the
 * connection is live what is missing would have come, so that it is complete up to now.
 */
export function completeUntil(
  view: Pick<AccountView, 'connection' | 'completeUntil'>,
  now: Timestamp,
): Timestamp | null {
  const { completeUntil: mark } = view
  return mark !== null && lookOf(view.connection) === 'live' ? Math.max(mark, now) : mark
}

/** Whether trying again now could help: not while it is there, and not where a person has to do something first. */
export function canTryNow(view: Pick<AccountView, 'connection' | 'paused'>): boolean {
  const { state } = view.connection
  return !view.paused && state !== 'connected' && state !== 'error'
}

/** The word of a look, for one account. */
export function wordOf(look: Look): string {
  switch (look) {
    case 'live':
      return m.connection_live()
    case 'catching':
      return m.connection_catching()
    case 'connecting':
      return m.connection_connecting()
    case 'reconnecting':
      return m.connection_reconnecting()
    case 'offline':
      return m.connection_offline()
    case 'failed':
      return m.connection_failed()
  }
}

/** How many connections look so: "1 catching up". */
export function countWords(look: Look, count: number): string {
  switch (look) {
    case 'live':
      return m.connections_live({ count })
    case 'catching':
      return m.connections_catching({ count })
    case 'connecting':
      return m.connections_connecting({ count })
    case 'reconnecting':
      return m.connections_reconnecting({ count })
    case 'offline':
      return m.connections_offline({ count })
    case 'failed':
      return m.connections_failed({ count })
  }
}

/** Over several connections the worst wins; none at all is offline. */
export function worst(looks: readonly Look[]): Look {
  return LOOKS[Math.max(-1, ...looks.map((look) => LOOKS.indexOf(look)))] ?? 'offline'
}

/** How many colours there are for accounts. */
const COLOURS = 8

/** A number that stays the same for a text. */
function hash(text: string): number {
  let sum = 0
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521
  return sum
}

/** The colour that comes from a platform's id, or the next one that is not taken. */
function colourFor(platform: PlatformId, taken: ReadonlySet<number>): number {
  let colour = hash(platform) % COLOURS
  while (taken.size < COLOURS && taken.has(colour + 1)) colour = (colour + 1) % COLOURS
  return colour + 1
}

/**
 * The colour of each account, 1 to 8. An account keeps its colour for life: it is its platform's, and only where an
 * older account has it already, the next free one.
 */
export function coloursOf(accounts: readonly Pick<AccountView, 'account'>[]): Map<AccountId, number> {
  const colours = new Map<AccountId, number>()
  for (const account of byAge(accounts)) {
    colours.set(account.id, colourFor(account.platform, new Set(colours.values())))
  }
  return colours
}

/**
 * The colour of each platform: that of its oldest account, else the one that its first account would get, or the next
 * free one, so that no two in a list look the same.
 */
export function coloursOfPlatforms(
  platforms: readonly Pick<PlatformView, 'id'>[],
  accounts: readonly Pick<AccountView, 'account'>[],
): Map<PlatformId, number> {
  const given = coloursOf(accounts)
  const taken = new Set(given.values())
  const sorted = byAge(accounts)
  return new Map(
    platforms.map(({ id }) => {
      const oldest = sorted.find((account) => account.platform === id)
      const colour = (oldest && given.get(oldest.id)) ?? colourFor(id, taken)
      taken.add(colour)
      return [id, colour]
    }),
  )
}

function byAge(accounts: readonly Pick<AccountView, 'account'>[]): Account[] {
  return accounts
    .map((view) => view.account)
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
}

/** Who an account is, where another one has the same title: a colour alone tells nobody apart. */
export function whoOf(view: AccountView, all: readonly AccountView[]): string | undefined {
  const twins = all.filter((other) => other.title === view.title).length > 1
  return twins ? (view.account.identity.name ?? view.account.identity.userId) : undefined
}

/** An account by name: two of a platform are told apart by who they are. */
export function nameOf(view: AccountView, all: readonly AccountView[]): string {
  const who = whoOf(view, all)
  return who === undefined ? view.title : `${view.title}, ${who}`
}

/** The letter on an account's bell. */
export function letterOf(title: string): string {
  const [first = '?'] = title.trim()
  return first.toLocaleUpperCase()
}
