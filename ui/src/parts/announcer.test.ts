import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Announcer } from './announcer.svelte'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('calm sentences come at most one in five seconds, and the newest of those that waited', () => {
  const announcer = new Announcer()
  announcer.say('one')
  announcer.say('two')
  announcer.say('three')
  expect(announcer.calm).toBe('one')
  vi.advanceTimersByTime(4_999)
  expect(announcer.calm).toBe('one')
  vi.advanceTimersByTime(1)
  expect(announcer.calm).toBe('three')
})

it('an urgent sentence waits for nothing', () => {
  const announcer = new Announcer()
  announcer.say('calm')
  announcer.say('now', { urgent: true })
  expect(announcer.urgent).toBe('now')
})

it('a sentence said twice is read twice', () => {
  const announcer = new Announcer()
  announcer.say('again', { urgent: true })
  const first = announcer.urgent
  announcer.say('again', { urgent: true })
  expect(announcer.urgent).not.toBe(first)
  expect(announcer.urgent.trim()).toBe('again')
})
