/**
 * The one place where what the core tells changes what the window knows: `(state, event) -> state`, without I/O.
 *
 * Laws, each kept by a test: telling twice is telling once; of things, the order of telling does not matter;
 * after a missed batch or `resync` the state says that it has to be read again; counts are the core's.
 */

import type { Batch, UiEvent } from '../bridge/contract.gen'
import { addGap, changeTopics, chooseSettings, heardNow, patchAccount } from './reduce/accounts'
import { addNotices, changeNotices, eraseNotices } from './reduce/notices'
import { applyChanges } from './reduce/things'
import type { State } from './state'

/** What became of the state through one event. `now` is the time by this computer's clock. */
export function reduce(state: State, event: UiEvent, now: number): State {
  switch (event.type) {
    case 'events':
      return event.events.reduce(
        (before, stored) => patchAccount(before, stored.account, (view) => heardNow(view, stored.receivedAt)),
        state,
      )
    case 'changes':
      return applyChanges(
        patchAccount(state, event.account, (view) => heardNow(view, now)),
        event,
        now,
      )
    case 'notices': {
      const counted = patchAccount(state, event.account, (view) => ({
        ...heardNow(view, now),
        unread: event.unread,
      }))
      return addNotices(counted, event.notices, now)
    }
    case 'notices-changed': {
      const counted = patchAccount(state, event.account, (view) => ({ ...view, unread: event.unread }))
      return changeNotices(counted, event.notices, now)
    }
    case 'notices-erased': {
      const counted = patchAccount(state, event.account, (view) => ({ ...view, unread: event.unread }))
      return eraseNotices(counted, event.account, event.ids)
    }
    case 'connection':
      return patchAccount(state, event.account, (view) => ({
        ...view,
        connection: event.status,
        // Nothing but the person's hand leaves a connection alone; in every other state it is tried again.
        paused: event.status.state === 'disconnected',
        latencyMs: event.status.state === 'connected' ? view.latencyMs : null,
      }))
    case 'topics':
      return changeTopics(state, event.account, event.topics, now)
    case 'gap':
      return patchAccount(state, event.account, (view) => addGap(view, event.gap))
    case 'latency':
      return patchAccount(state, event.account, (view) =>
        view.latencyMs === event.millis ? view : { ...view, latencyMs: event.millis },
      )
    case 'settings':
      return chooseSettings(state, event.settings)
    // Nothing that a window shows is sent yet.
    case 'outgoing':
    case 'sent':
    case 'discarded':
      return state
    // Both mean that more may be different than was told.
    case 'accounts-changed':
    case 'resync':
      return state.outdated ? state : { ...state, outdated: true }
  }
}

/** Takes a batch. One that came before is left out; one that follows a missed one makes the state outdated. */
export function reduceBatch(state: State, batch: Batch, now: number): State {
  if (state.seq !== null && batch.seq <= state.seq) return state
  const missed = state.seq !== null && batch.seq > state.seq + 1
  const numbered: State = { ...state, seq: batch.seq, outdated: state.outdated || missed }
  return batch.events.reduce((before, event) => reduce(before, event, now), numbered)
}
