/** What is told of accounts and settings. */

import type { AccountId, AccountView, Gap, Settings, Snapshot, TopicStatus } from '../../bridge/contract.gen'
import { accountOf, heardKey, newest, type State } from '../state'

/** How many gaps of an account are kept; the core gives the newest, too. */
const GAPS = 50
/** How many joined topics are remembered. */
const JOINED = 1_000

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

/** Takes an account's topics, and notes those that are joined only now: those that are back were joined before. */
export function changeTopics(
  state: State,
  id: AccountId,
  topics: readonly TopicStatus[],
  now: number,
): State {
  const view = accountOf(state, id)
  if (view === undefined) return state
  const joined = noteJoined(state.joined, id, view.topics, topics, now)
  return { ...patchAccount(state, id, (one) => ({ ...one, topics: [...topics] })), joined }
}

/** Takes a new snapshot; topics that are new in it were joined while nobody listened. */
export function takeSnapshot(state: State, snapshot: Snapshot, now: number): State {
  let { joined } = state
  for (const view of snapshot.accounts) {
    const known = accountOf(state, view.account.id)
    if (known !== undefined) joined = noteJoined(joined, view.account.id, known.topics, view.topics, now)
  }
  return { ...state, snapshot, joined, startedAt: state.startedAt ?? now }
}

function noteJoined(
  joined: State['joined'],
  id: AccountId,
  before: readonly TopicStatus[],
  after: readonly TopicStatus[],
  now: number,
): State['joined'] {
  const held = new Set(before.filter((topic) => topic.refusal === null).map((topic) => heardKey(id, topic)))
  const added = after.map((topic) => heardKey(id, topic)).filter((key) => !held.has(key))
  if (added.length === 0) return joined
  return newest([...joined, ...added.map((key): [string, number] => [key, now])], JOINED)
}
