import { expect, it } from 'vitest'
import type { TopicStatus } from '../../bridge/contract.gen'
import { isFull, kindName, roomKinds, roomsCount, roomState } from './words'

const topic = (part: Partial<TopicStatus>): TopicStatus => ({
  kind: 'market',
  id: 'm-1',
  followed: true,
  confirmed: false,
  refusal: null,
  ...part,
})

it('the limit of rooms is named only where it is near', () => {
  const topics = (count: number): TopicStatus[] => Array.from({ length: count }, () => topic({}))
  expect(roomsCount({ topics: topics(5), topicLimit: 100 })).toBe('5')
  expect(roomsCount({ topics: topics(80), topicLimit: 100 })).toBe('80 of 100')
  expect(roomsCount({ topics: topics(5), topicLimit: null })).toBe('5')
  const watched = topic({ id: 'on a screen', followed: false })
  expect(roomsCount({ topics: [...topics(5), watched], topicLimit: 100 })).toBe('5')
})

it('what is joined for a screen alone takes nobody’s room', () => {
  const followed = [topic({}), topic({ id: 'm-2' })]
  const watched = topic({ id: 'on a screen', followed: false })
  expect(isFull({ topics: [...followed, watched], topicLimit: 3 })).toBe(false)
  expect(isFull({ topics: followed, topicLimit: 2 })).toBe(true)
  expect(isFull({ topics: followed, topicLimit: null })).toBe(false)
})

it('a room that waits for the connection was not asked for yet', () => {
  expect(roomState(topic({}), true)).toBe('asked')
  expect(roomState(topic({}), false)).toBe('waiting')
  expect(roomState(topic({ confirmed: true }), true)).toBe('joined')
  expect(roomState(topic({ refusal: 'No' }), true)).toBe('refused')
})

it('the kinds of rooms are those of the platform and those that are joined, each once', () => {
  const streams = ['market', 'market', null].map((topic) => ({ kind: 'x', topic, quietAfterMs: null }))
  const topics = ['creator', 'desk'].map((kind) => ({
    kind,
    id: '1',
    followed: true,
    confirmed: true,
    refusal: null,
  }))
  expect(roomKinds({ streams, topics })).toEqual(['creator', 'desk', 'market'])
  expect(['creator', 'desk'].map(kindName)).toEqual(['Creator', 'desk'])
})
