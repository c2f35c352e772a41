import { describe, expect, it } from 'vitest'
import { coloursOf, coloursOfPlatforms, completeUntil, countWords, letterOf, lookOf, worst } from './account'
import type { Account, ConnectionStatus } from './bridge/contract.gen'

const status = (part: Partial<ConnectionStatus>): ConnectionStatus => ({
  state: 'connected',
  catchingUp: false,
  since: 0,
  cause: null,
  socketId: null,
  tries: 0,
  nextTryAt: null,
  ...part,
})

const account = (id: string, createdAt: number): { account: Account } => ({
  account: { id, createdAt, platform: 'one', server: '', identity: { userId: '', wallet: null, name: null } },
})

describe('what a connection looks like', () => {
  it('is live only when nothing is being caught up', () => {
    expect(lookOf(status({}))).toBe('live')
    expect(lookOf(status({ catchingUp: true }))).toBe('catching')
    expect(lookOf(status({ state: 'error' }))).toBe('failed')
  })

  it('of a first try is no second one, and is counted as such', () => {
    expect(lookOf(status({ state: 'connecting' }))).toBe('connecting')
    expect(countWords('connecting', 1)).toBe('1 connecting')
    expect(worst(['live', 'connecting'])).toBe('connecting')
  })

  it('of a lost one is offline while this computer is', () => {
    expect(lookOf(status({ state: 'reconnecting' }))).toBe('reconnecting')
    expect(lookOf(status({ state: 'reconnecting' }), true)).toBe('offline')
    expect(lookOf(status({ state: 'error' }), true)).toBe('failed')
  })

  it('over several accounts is the worst of them, and offline where there is none', () => {
    expect(worst(['live', 'failed', 'offline'])).toBe('failed')
    expect(worst(['live', 'catching'])).toBe('catching')
    expect(worst([])).toBe('offline')
  })
})

describe('up to when everything is here', () => {
  it('is now while the connection is live, else where the core’s mark is', () => {
    const mark = { completeUntil: 40 }
    expect(completeUntil({ ...mark, connection: status({}) }, 90)).toBe(90)
    expect(completeUntil({ ...mark, connection: status({ catchingUp: true }) }, 90)).toBe(40)
    expect(completeUntil({ ...mark, connection: status({ state: 'reconnecting' }) }, 90)).toBe(40)
  })

  it('is not known before the first mark', () => {
    expect(completeUntil({ completeUntil: null, connection: status({}) }, 90)).toBeNull()
  })
})

describe('the colour of an account', () => {
  const eight = Array.from({ length: 8 }, (_, index) => account(`account-${index}`, index))

  it('is another one for each of eight accounts', () => {
    expect(new Set(coloursOf(eight).values()).size).toBe(8)
  })

  it('does not depend on the order in which accounts are listed', () => {
    expect(coloursOf([...eight].reverse())).toEqual(coloursOf(eight))
  })

  it('stays when a younger account is removed or added', () => {
    const before = coloursOf(eight.slice(0, 4))
    for (const [id, colour] of before) expect(coloursOf(eight).get(id)).toBe(colour)
  })

  it('is that of its platform, also before there is an account', () => {
    const platforms = [{ id: 'one' }, { id: 'other' }]
    const before = coloursOfPlatforms(platforms, [])
    expect(coloursOf(eight.slice(0, 1)).get('account-0')).toBe(before.get('one'))
    expect(coloursOfPlatforms(platforms, eight.slice(0, 2)).get('one')).toBe(before.get('one'))
  })

  it('tells platforms apart that nobody has an account of', () => {
    const platforms = ['oddsfield', 'northyard', 'sparring', 'ledgerline', 'quorum', 'one'].map((id) => ({
      id,
    }))
    expect(new Set(coloursOfPlatforms(platforms, []).values()).size).toBe(platforms.length)
    expect(new Set(coloursOfPlatforms(platforms, eight.slice(0, 2)).values()).size).toBe(platforms.length)
  })

  it('is between 1 and 8 for any number of accounts', () => {
    const many = Array.from({ length: 30 }, (_, index) => account(`id-${index}`, index))
    for (const colour of coloursOf(many).values()) {
      expect(colour).toBeGreaterThanOrEqual(1)
      expect(colour).toBeLessThanOrEqual(8)
    }
  })
})

it('the letter of a bell is the first letter of its name', () => {
  expect(letterOf(' émile')).toBe('É')
  expect(letterOf('')).toBe('?')
})
