/** What is told of notices. Counts are never made here: they come with what is told. */

import type { AccountId, Notice } from '../../bridge/contract.gen'
import { receive, replace, withdraw } from '../feed'
import {
  isSearch,
  mapValues,
  NOTICES,
  noticeKey,
  type NoticeList,
  type NoticeQuery,
  type State,
} from '../state'

/** Whether a notice is part of what a query asks for. */
function matches(query: NoticeQuery, notice: Notice): boolean {
  if (isSearch(query)) return false
  if (query.accounts.length > 0 && !query.accounts.includes(notice.account)) return false
  switch (query.filter) {
    case 'all':
      return !notice.archived
    case 'unread':
      return !notice.archived && !notice.read
    case 'archived':
      return notice.archived
  }
}

/** Whether a notice that is in a list stays. What was read stays where it is: nothing jumps below one's eyes. */
export function stays(query: NoticeQuery, notice: Notice): boolean {
  return isSearch(query) || notice.archived === (query.filter === 'archived')
}

export function addNotices(state: State, notices: readonly Notice[], now: number): State {
  const lists = mapValues(state.lists, (list): NoticeList => {
    const feed = receive(
      list.feed,
      NOTICES,
      notices.filter((notice) => matches(list.query, notice)),
      now,
    )
    return feed === list.feed ? list : { ...list, feed }
  })
  return lists === state.lists ? state : { ...state, lists }
}

export function changeNotices(state: State, notices: readonly Notice[], now: number): State {
  const newer = new Map(notices.map((notice) => [noticeKey(notice), notice]))
  const lists = mapValues(state.lists, (list): NoticeList => {
    const kept = replace(list.feed, NOTICES, newer, (notice) => stays(list.query, notice))
    // What was archived comes into the archive, and what was taken back into the inbox.
    const feed = receive(
      kept,
      NOTICES,
      notices.filter((notice) => matches(list.query, notice)),
      now,
    )
    return feed === list.feed ? list : { ...list, feed }
  })
  return lists === state.lists ? state : { ...state, lists }
}

export function eraseNotices(state: State, account: AccountId, ids: readonly number[]): State {
  const gone = new Set(ids.map((id) => noticeKey({ account, id })))
  const lists = mapValues(state.lists, (list): NoticeList => {
    const feed = withdraw(list.feed, NOTICES, gone)
    return feed === list.feed ? list : { ...list, feed }
  })
  return lists === state.lists ? state : { ...state, lists }
}

/** A list's notices as the person sees them: with what was done to them and is not confirmed yet. */
export function shown(list: NoticeList, pending: State['pending']): readonly Notice[] {
  if (pending.length === 0) return list.feed.items
  const changed = new Map<string, Notice>()
  const known = new Map(list.feed.items.map((notice) => [noticeKey(notice), notice]))
  for (const one of pending) {
    for (const notice of one.notices) {
      const key = noticeKey(notice)
      changed.set(key, { ...(changed.get(key) ?? known.get(key) ?? notice), ...one.to })
    }
  }
  const items = list.feed.items
    .map((notice) => changed.get(noticeKey(notice)) ?? notice)
    .filter((notice) => stays(list.query, notice))
  const back = [...changed].filter(([key, notice]) => !known.has(key) && matches(list.query, notice))
  return back.length === 0 ? items : [...items, ...back.map(([, notice]) => notice)].sort(NOTICES.order)
}

/** Takes what a person did for done: the core said so. That it will be told as well changes nothing. */
export function confirm(state: State, id: number, now: number): State {
  const done = state.pending.find((one) => one.id === id)
  if (done === undefined) return state
  const known = new Map<string, Notice>()
  for (const { feed } of state.lists.values()) {
    for (const notice of feed.items) known.set(noticeKey(notice), notice)
  }
  const notices = done.notices.map((notice) => ({ ...(known.get(noticeKey(notice)) ?? notice), ...done.to }))
  return changeNotices({ ...state, pending: state.pending.filter((one) => one !== done) }, notices, now)
}

export function byAccount(notices: readonly Notice[]): ReadonlyMap<string, readonly Notice[]> {
  const accounts = new Map<string, Notice[]>()
  for (const notice of notices) {
    const own = accounts.get(notice.account)
    if (own === undefined) accounts.set(notice.account, [notice])
    else own.push(notice)
  }
  return accounts
}
