/** What is told of accounts and settings. */

import type { AccountId, AccountView, Gap, Settings } from '../../bridge/contract.gen'
import type { State } from '../state'

/** How many gaps of an account are kept; the core gives the newest, too. */
const GAPS = 50

export function patchAccount(state: State, id: AccountId, change: (view: AccountView) => AccountView): State {
  const { snapshot } = state
  if (snapshot === null) return state
  const index = snapshot.accounts.findIndex((view) => view.account.id === id)
  const view = snapshot.accounts[index]
  if (view === undefined) return state
  const now = change(view)
  if (now === view) return state
  return { ...state, snapshot: { ...snapshot, accounts: snapshot.accounts.with(index, now) } }
}

/** Something of this account arrived: while nothing is missing, it is complete up to now. */
export function heardNow(view: AccountView, now: number): AccountView {
  const live = view.connection.state === 'connected' && !view.connection.catchingUp
  return {
    ...view,
    lastEventAt: Math.max(view.lastEventAt ?? now, now),
    completeUntil: live ? Math.max(view.completeUntil ?? now, now) : view.completeUntil,
  }
}

export function addGap(view: AccountView, gap: Gap): AccountView {
  if (view.gaps.some((known) => known.from === gap.from && known.to === gap.to && known.why === gap.why))
    return view
  const gaps = [...view.gaps, gap].sort((a, b) => b.to - a.to || b.from - a.from).slice(0, GAPS)
  return { ...view, gaps }
}

export function chooseSettings(state: State, settings: Settings): State {
  return state.snapshot === null ? state : { ...state, snapshot: { ...state.snapshot, settings } }
}
