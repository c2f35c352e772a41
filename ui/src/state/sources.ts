/** Where a thing's numbers come from, as far as their freshness depends on it. */

import type { AccountView, EntityId, Stream, Timestamp, TopicStatus } from '../bridge/contract.gen'
import { freshness, type Freshness } from '../format/freshness'
import { heardKey, type State } from './state'

const streamOf = (view: AccountView, kind: string): Stream | undefined =>
  view.streams.find((stream) => stream.kind === kind)

/** What an account's topics say of a thing; undefined where it is neither followed nor on a screen. */
export function topicOf(view: AccountView, thing: EntityId): TopicStatus | undefined {
  const kind = streamOf(view, thing.kind)?.topic ?? null
  return kind === null ? undefined : view.topics.find((topic) => topic.kind === kind && topic.id === thing.id)
}

/** Whether this kind of things has to be followed on this platform. */
export const needsTopic = (view: AccountView, kind: string): boolean =>
  view.topicLimit !== null && (streamOf(view, kind)?.topic ?? null) !== null

/**
 * Whether a value came since Carillon began: while this window listened, or on the connection that still lasts.
 * Of a topic that was joined later, only what came after that counts: before, nobody told of it.
 */
function isReceived(state: State, view: AccountView, thing: EntityId, at: Timestamp): boolean {
  const key = heardKey(view.account.id, thing)
  const topic = topicOf(view, thing)
  const joined =
    topic === undefined ? -Infinity : (state.joined.get(heardKey(view.account.id, topic)) ?? -Infinity)
  if ((state.heard.get(key) ?? -Infinity) >= joined && state.heard.has(key)) return true
  const { connection } = view
  const begun = Math.min(
    state.startedAt ?? Infinity,
    connection.state === 'connected' ? connection.since : Infinity,
  )
  return at >= Math.max(begun, joined)
}

/** How fresh a thing's number is that was so at a time. */
export function freshnessOf(
  state: State,
  view: AccountView,
  thing: EntityId,
  at: Timestamp,
  now: Timestamp,
): Freshness {
  return freshness({
    connection: view.connection,
    topic: needsTopic(view, thing.kind) ? (topicOf(view, thing)?.confirmed ?? false) : null,
    gaps: view.gaps,
    at,
    received: isReceived(state, view, thing, at),
    heardAt: state.heard.get(heardKey(view.account.id, thing)) ?? null,
    quietAfter: streamOf(view, thing.kind)?.quietAfterMs ?? null,
    now,
  })
}
