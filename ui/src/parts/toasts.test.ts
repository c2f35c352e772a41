import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { announcer } from './announcer.svelte'
import { Toasts } from './toasts.svelte'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const titles = (toasts: Toasts): string[] => toasts.shown.map((toast) => toast.title)

describe('a toast', () => {
  it('goes after six seconds', () => {
    const toasts = new Toasts()
    toasts.show({ level: 'success', title: 'Archived' })
    vi.advanceTimersByTime(5_999)
    expect(titles(toasts)).toEqual(['Archived'])
    vi.advanceTimersByTime(1)
    expect(titles(toasts)).toEqual([])
  })

  it('takes the place of the one with its key, and has its full time again', () => {
    const toasts = new Toasts()
    toasts.show({ key: 'notices', level: 'error', stays: false, title: 'Payment failed' })
    toasts.show({ level: 'success', title: 'Archived' })
    vi.advanceTimersByTime(5_000)
    toasts.show({ key: 'notices', level: 'info', title: '2 new notices' })
    expect(titles(toasts)).toEqual(['2 new notices', 'Archived'])
    vi.advanceTimersByTime(5_000)
    expect(titles(toasts)).toEqual(['2 new notices'])
    expect(toasts.has('notices')).toBe(true)
    vi.advanceTimersByTime(1_000)
    expect(toasts.has('notices')).toBe(false)
  })

  it('stays where it tells of an error', () => {
    const toasts = new Toasts()
    toasts.show({ level: 'error', title: 'Not sent' })
    vi.advanceTimersByTime(60_000)
    expect(titles(toasts)).toEqual(['Not sent'])
  })

  it('stays while it is looked at, and has its full time again afterwards', () => {
    const toasts = new Toasts()
    toasts.show({ level: 'info', title: 'Read' })
    vi.advanceTimersByTime(5_000)
    toasts.hold(true)
    vi.advanceTimersByTime(60_000)
    toasts.show({ level: 'info', title: 'Came meanwhile' })
    toasts.hold(false)
    vi.advanceTimersByTime(5_999)
    expect(titles(toasts)).toEqual(['Read', 'Came meanwhile'])
    vi.advanceTimersByTime(1)
    expect(titles(toasts)).toEqual([])
  })

  it('makes room for a fourth', () => {
    const toasts = new Toasts()
    for (const title of ['1', '2', '3', '4']) toasts.show({ level: 'info', title })
    expect(titles(toasts)).toEqual(['2', '3', '4'])
  })

  it('can be taken away by who showed it', () => {
    const toasts = new Toasts()
    const dismiss = toasts.show({ level: 'error', title: 'Not sent' })
    toasts.show({ level: 'info', title: 'Other' })
    dismiss()
    expect(titles(toasts)).toEqual(['Other'])
  })
})

it('is read out in one language, without what the core says in its own', () => {
  const text = { text: 'The server can’t be reached.', detail: 'No answer within 20 s' }
  new Toasts().show({ level: 'error', title: 'Not followed', text })
  expect(announcer.urgent.trim()).toBe('Not followed. The server can’t be reached.')
})
