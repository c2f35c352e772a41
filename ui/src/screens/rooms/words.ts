/** What is said of an account's rooms, the same wherever they are named. */

import type { AccountView, TopicStatus } from '../../bridge/contract.gen'
import { formatLocale } from '../../format/locale'
import { formatCount } from '../../format/number'
import { m } from '../../text'

/** From this share of a limit on the limit matters. */
const NEAR = 0.8

/**
 * How many rooms are followed; with the most there may be only where that is near. What is joined for a screen alone
 * takes only the room that is left, and is in no list.
 */
export function roomsCount({ topics, topicLimit }: Pick<AccountView, 'topics' | 'topicLimit'>): string {
  const followed = topics.filter((one) => one.followed).length
  const count = formatCount(followed)
  return topicLimit === null || followed < topicLimit * NEAR
    ? count
    : m.rooms_count({ count, limit: formatCount(topicLimit) })
}

/** Whether no further room can be followed. What is joined for a screen alone gives way, and does not count. */
export function isFull({ topics, topicLimit }: Pick<AccountView, 'topics' | 'topicLimit'>): boolean {
  return topicLimit !== null && topics.filter((one) => one.followed).length >= topicLimit
}

/** The kinds of rooms that an account's platform has, as far as is known, in the order of their names. */
export function roomKinds({ streams, topics }: Pick<AccountView, 'streams' | 'topics'>): string[] {
  const known = [...streams.map((stream) => stream.topic), ...topics.map((topic) => topic.kind)]
  return [...new Set(known.filter((kind) => kind !== null))].sort((a, b) =>
    kindName(a).localeCompare(kindName(b), formatLocale()),
  )
}

/** A kind of rooms by name; one without words here by its own. */
export function kindName(kind: string): string {
  switch (kind) {
    case 'market':
      return m.rooms_kind_market()
    case 'creator':
      return m.rooms_kind_creator()
    default:
      return kind
  }
}

export type RoomState = 'joined' | 'refused' | 'asked' | 'waiting'

/** How a room stands; without a connection nobody has been asked. */
export function roomState(topic: TopicStatus, connected: boolean): RoomState {
  if (topic.refusal !== null) return 'refused'
  if (topic.confirmed) return 'joined'
  return connected ? 'asked' : 'waiting'
}

export function roomWords(topic: TopicStatus, connected: boolean): string {
  switch (roomState(topic, connected)) {
    case 'refused':
      return m.rooms_refused({ why: topic.refusal ?? '' })
    case 'joined':
      return m.rooms_joined()
    case 'asked':
      return m.rooms_asked()
    case 'waiting':
      return m.rooms_waiting()
  }
}
