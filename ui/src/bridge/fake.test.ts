import { describe, expect, test } from 'vitest'
import { isApiError, toCallError } from './bridge'
import type { Batch } from './contract.gen'
import { fakeBridge, fakeBridgeFor } from './fake'
import { SCENARIOS, type Scenario } from './fake/scenarios'

const NOON = Date.parse('2026-11-19T14:03:00Z')

describe('the double', () => {
  test.each(SCENARIOS)('makes the same world of %s each time', async (scenario) => {
    const read = async (): Promise<unknown> => {
      const bridge = fakeBridge({ scenario, frozen: NOON })
      bridge.fake.advance(60_000)
      const account = bridge.fake.world.accounts[0]?.view.account.id
      const market = bridge.fake.world.accounts[0]?.entities.get('market')?.get('m-101')
      return [await bridge.call('snapshot'), account, market]
    }
    expect(await read()).toEqual(await read())
  })

  test('has an account in each state of a connection', async () => {
    const { accounts } = await fakeBridge({ frozen: NOON }).call('snapshot')
    const states = accounts.map((view) =>
      view.connection.catchingUp ? 'catching-up' : view.connection.state,
    )
    expect(new Set(states)).toEqual(
      new Set(['connected', 'catching-up', 'reconnecting', 'error', 'disconnected']),
    )
    const begun = await fakeBridge({ frozen: NOON, scenario: 'connecting' }).call('snapshot')
    expect(begun.accounts.map((view) => [view.connection.state, view.completeUntil])).toContainEqual([
      'connecting',
      null,
    ])
  })

  test('counts for each account its own, and what came is what became of it', async () => {
    const { accounts } = await fakeBridge({ frozen: NOON }).call('snapshot')
    expect(new Set(accounts.map(({ counts }) => counts.received)).size).toBe(accounts.length)
    for (const { counts } of accounts)
      expect(counts.stored + counts.repeated + counts.unknown + counts.malformed).toBe(counts.received)
  })

  test('closes a market when it closes, whatever became of the connection', async () => {
    const closing = async (scenario: Scenario): Promise<unknown> => {
      const bridge = fakeBridge({ frozen: NOON, scenario })
      const account = bridge.fake.world.accounts[0]?.view.account.id ?? ''
      const market = await bridge.call('entity', { account, entity: { kind: 'market', id: 'm-101' } })
      return market?.fields['endsAt']
    }
    expect(await closing('offline')).toBe(await closing('demo'))
  })

  test('counts what is unread as its notices are', async () => {
    const bridge = fakeBridge({ frozen: NOON, scenario: 'many' })
    const { accounts } = await bridge.call('snapshot')
    const { notices } = await bridge.call('notices', {
      accounts: [],
      filter: 'unread',
      behind: null,
      limit: 20_000,
    })
    const sum = accounts.flatMap((view) => Object.values(view.unread)).reduce((all, count) => all + count, 0)
    expect(notices).toHaveLength(sum)
  })

  test('tells in batches whose numbers count up by one', () => {
    const bridge = fakeBridge({ frozen: NOON })
    const heard: Batch[] = []
    void bridge.listen((batch) => heard.push(batch))
    bridge.fake.advance(30_000)
    expect(heard.length).toBeGreaterThan(10)
    expect(heard.map((batch) => batch.seq)).toEqual(heard.map((_, index) => index + 1))
    expect(new Set(heard.flatMap((batch) => batch.events.map((event) => event.type)))).toContain('changes')
  })

  test('keeps what was told: a thing, its values and its lines agree', async () => {
    const bridge = fakeBridge({ frozen: NOON })
    const account = bridge.fake.world.accounts[0]?.view.account.id ?? ''
    const entity = { kind: 'market', id: 'm-101' }
    bridge.fake.trade(0, 'm-101', { yes: 512 })
    const thing = await bridge.call('entity', { account, entity })
    const [yes] = await bridge.call('series', { account, entity, names: ['yes'], since: 0, atMost: 50 })
    const [line] = await bridge.call('activity', { account, entity, before: null, limit: 1 })
    expect(thing?.fields['yesPrice']).toBe('0.512')
    expect(yes?.points.at(-1)).toEqual({ at: NOON, value: '0.512' })
    expect(line?.at).toBe(NOON)
  })

  test('gives copies: nobody changes the world by changing an answer', async () => {
    const bridge = fakeBridge({ frozen: NOON })
    const snapshot = await bridge.call('snapshot')
    snapshot.accounts.length = 0
    expect((await bridge.call('snapshot')).accounts).toHaveLength(6)
  })

  test('refuses as the core does', async () => {
    const bridge = fakeBridgeFor(`?fake=demo&frozen=2026-11-19T14:03:00Z&fail=search,nonsense`)
    await expect(bridge.call('search', { text: 'a', limit: 1 })).rejects.toMatchObject({ code: 'store' })
    await expect(bridge.call('connect', { account: 'nobody' })).rejects.toMatchObject({ code: 'not-found' })
    expect(() => fakeBridgeFor('?fake=nowhere')).toThrow('nowhere')
  })
})

test('whatever is thrown at the boundary becomes an error of the boundary', () => {
  expect(toCallError({ code: 'busy', message: 'Wait.' })).toMatchObject({ code: 'busy', message: 'Wait.' })
  expect(toCallError(new Error('Lost'))).toMatchObject({ code: 'internal', message: 'Lost' })
  expect(toCallError('command x not allowed by ACL')).toMatchObject({ code: 'internal' })
  expect(isApiError(toCallError(7))).toBe(true)
  expect(isApiError({ code: 'nonsense', message: '' })).toBe(false)
})
