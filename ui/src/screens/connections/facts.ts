import type { AccountView, ConnectionStatus, Gap, GapReason, Timestamp } from '../../bridge/contract.gen'
import { nameOf } from '../../account'
import { causeOf, ownWords } from '../../connection'
import { m } from '../../text'

/** What a person can do about a connection now. */
export type Action = 'try-now' | 'connect' | 'disconnect' | 'sign-in'

/** The actions that make sense in a state, the most likely one first. */
export function actionsOf({ connection, paused }: Pick<AccountView, 'connection' | 'paused'>): Action[] {
  switch (connection.state) {
    case 'error':
      return ['sign-in']
    case 'disconnected':
      return ['connect']
    case 'reconnecting':
      return paused ? ['connect'] : ['try-now', 'disconnect']
    case 'connecting':
    case 'connected':
      return ['disconnect']
  }
}

/** Why events may be missing, in plain words. */
export function gapWhy(why: GapReason): string {
  switch (why) {
    case 'no-replay':
      return m.conn_gap_no_replay()
    case 'pruned':
      return m.conn_gap_pruned()
    case 'log-replaced':
      return m.conn_gap_log_replaced()
    case 'too-large':
      return m.conn_gap_too_large()
    case 'catch-up-failed':
      return m.conn_gap_catch_up_failed()
    case 'not-joined':
      return m.conn_gap_not_joined()
    case 'cache-damaged':
      return m.conn_gap_cache_damaged()
  }
}

/** Gaps, newest first. */
export function gapsOf(view: Pick<AccountView, 'gaps'>): Gap[] {
  return [...view.gaps].sort((a, b) => b.to - a.to)
}

/** A socket's id, short enough for a strip: both ends tell sockets apart. */
export function shortSocket(id: string): string {
  return id.length <= 10 ? id : `${id.slice(0, 4)}…${id.slice(-3)}`
}

/** Whether a state is one that has to be explained. */
export function hasCause({ cause, state }: ConnectionStatus): boolean {
  return cause !== null && state !== 'connected'
}

/** The core's own words for the cause, where they say something else than what its code says. */
export function coreWords(status: ConnectionStatus, startedAt: Timestamp | null): string | null {
  return ownWords(status.cause, causeOf(status, startedAt))
}

/** A page of an account by name: where there are several accounts, with the one that it is of. */
export function pageNameOf(page: string, view: AccountView, all: readonly AccountView[]): string {
  return all.length < 2 ? page : m.page_of({ page, account: nameOf(view, all) })
}
