import { describe, expect, it } from 'vitest'
import type { Notice, Notifications } from '../bridge/contract.gen'
import { readHash } from '../router'
import { worthTelling } from './seen'

const notice: Notice = {
  account: 'a',
  id: 1,
  category: 'trade',
  level: 'info',
  title: 'New sell trade',
  body: '',
  actionUrl: null,
  occurredAt: 0,
  receivedAt: 0,
  read: false,
  archived: false,
  about: { kind: 'market', id: 'm-1' },
}

const wanted = { silenced: [] } as const

/** Whether it is told at an address. */
function tells(hash: string, { phone = false, focused = true } = {}): boolean {
  return (
    worthTelling([notice], { focused, phone, place: readHash(hash) }, { ...wanted, silenced: [] }).length > 0
  )
}

describe('a notice is told in the window', () => {
  it('where the page does not show it', () => {
    expect(tells('#/settings')).toBe(true)
    expect(tells('#/nowhere')).toBe(true)
    expect(tells('#/a/market/m-2')).toBe(true)
    expect(tells('#/b/market/m-1')).toBe(true)
  })

  it('but not on the page of what it is about', () => {
    expect(tells('#/a/market/m-1')).toBe(false)
  })

  it('and not where the inbox lists it', () => {
    expect(tells('#/inbox')).toBe(false)
    expect(tells('#/inbox?of=a')).toBe(false)
    expect(tells('#/inbox/b/7')).toBe(false)
    expect(tells('#/inbox?of=b')).toBe(true)
    expect(tells('#/inbox/b')).toBe(true)
    expect(tells('#/inbox?filter=archived')).toBe(true)
  })

  it('a phone that shows another notice does not list it', () => {
    expect(tells('#/inbox/b/7', { phone: true })).toBe(true)
    expect(tells('#/inbox', { phone: true })).toBe(false)
  })

  it('only while the window has the focus: without it the system tells', () => {
    expect(tells('#/settings', { focused: false })).toBe(false)
  })

  it('also where the person wants no native notifications, but not of an account that is silent', () => {
    const gaze = { focused: true, phone: false, place: readHash('#/settings') }
    const refused: Notifications = { consent: 'refused', silenced: [], hideContent: false }
    expect(worthTelling([notice], gaze, refused)).toEqual([notice])
    expect(worthTelling([notice], gaze, { silenced: ['a'] })).toEqual([])
  })
})
