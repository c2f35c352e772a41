/** Whether accounts are connected, why not, and when it is tried again, in words. Pure. */

import type { AccountView, ConnectionStatus, ErrorCode, Timestamp } from './bridge/contract.gen'
import { moment } from './format/time'
import { m } from './text'

/** After so many tries in a row a server is said not to answer: from then on the core waits longer between them. */
const FAST_TRIES = 5

const SECOND = 1_000
const MINUTE = 60

/** An account, as far as its connection is explained. */
export type Away = Pick<AccountView, 'connection' | 'title'>

/** Those that connect by themselves: neither disconnected by a person nor waiting for one to sign in. */
export function byThemselves(accounts: readonly AccountView[]): AccountView[] {
  return accounts.filter(({ connection, paused }) => !paused && connection.state !== 'error')
}

/**
 * Whether it is this computer that is offline. That one server can't be reached does not say so: it may be down. That
 * none of several can, does. `online` is what the system says; it is sure only of having no network.
 */
export function isOffline(accounts: readonly AccountView[], online: boolean): boolean {
  const away = byThemselves(accounts)
  if (away.length === 0) return false
  if (away.some(({ connection: { code, state } }) => state !== 'reconnecting' || code !== 'unreachable'))
    return false
  return !online || new Set(away.map(({ account }) => account.server)).size > 1
}

/** Whether so much was tried in vain that the server is said not to answer. */
export function isSilent({ state, tries }: ConnectionStatus): boolean {
  return (state === 'reconnecting' || state === 'connecting') && tries >= FAST_TRIES
}

/** What a code says of a connection that was lost, or could not be made; null where it says nothing. */
export function causeWords(code: ErrorCode | null, lost: boolean): string | null {
  switch (code) {
    case 'unreachable':
      return lost ? m.cause_dropped() : m.cause_unreachable()
    case 'wrong-server':
      return m.cause_wrong_server()
    case 'sign-in-refused':
      return m.cause_sign_in()
    case 'vault':
      return m.cause_vault()
    case 'store':
      return m.cause_store()
    case 'invalid':
      return m.cause_address()
    case 'busy':
      return m.cause_busy()
    case 'internal':
      return m.cause_internal()
    case 'not-found':
    case null:
      return null
  }
}

/** The core's own sentence, where it says something else than these words; it writes its apostrophes straight. */
export function ownWords(own: string | null, words: string | null): string | null {
  return own?.replaceAll("'", '’') === words ? null : own
}

/**
 * Why it is not connected. The core's own words are used only where it gave no code: they are in one language.
 * `startedAt` is when this window began to read; a connection that was there after that was lost.
 */
export function causeOf(
  { cause, code, since }: ConnectionStatus,
  startedAt: Timestamp | null,
): string | null {
  return causeWords(code ?? null, wasHere(since, startedAt)) ?? cause
}

/** When the next try is made: `Next try in 4 s.`; null where none is to come. */
export function nextTry({ state, nextTryAt }: ConnectionStatus, now: Timestamp): string | null {
  if (state !== 'reconnecting') return null
  if (nextTryAt === null) return m.connection_trying()
  const seconds = Math.max(0, Math.ceil((nextTryAt - now) / SECOND))
  const left =
    seconds < MINUTE
      ? m.time_seconds({ count: seconds })
      : m.time_minutes({ count: Math.ceil(seconds / MINUTE) })
  return m.connection_next_try({ left })
}

/** How much was tried in vain, and since when, where that is known: `5 tries since 14:01.` */
function triesOf({ tries, since }: ConnectionStatus, now: Timestamp, startedAt: Timestamp | null): string {
  return wasHere(since, startedAt)
    ? m.connection_tries_since({ count: tries, at: moment(since, now) })
    : m.connection_tries({ count: tries })
}

/** Why it is not connected and what comes next, as one reads it. Empty where there is nothing to say. */
export function whyAway(
  { connection, title }: Away,
  now: Timestamp,
  startedAt: Timestamp | null,
  offline = false,
): string {
  // Without a network no server is to blame.
  if (offline) return sentences(m.connection_here_offline(), nextTry(connection, now))
  const why = isSilent(connection)
    ? [m.connection_silent({ platform: title }), triesOf(connection, now, startedAt)]
    : [causeOf(connection, startedAt)]
  return sentences(...why, nextTry(connection, now))
}

/** What was tried and what comes next, where it was said already that the server does not answer. */
export function whatWasTried(
  connection: ConnectionStatus,
  now: Timestamp,
  startedAt: Timestamp | null,
): string {
  return sentences(triesOf(connection, now, startedAt), nextTry(connection, now))
}

/** Sentences one after the other, without those that are not there. */
export function sentences(...all: readonly (string | null)[]): string {
  return all.filter((one) => one !== null).join(' ')
}

/** Whether it was connected while this window looked; from before that only the time is known. */
function wasHere(since: Timestamp, startedAt: Timestamp | null): boolean {
  return startedAt !== null && since >= startedAt
}
