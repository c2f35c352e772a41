import { afterEach, describe, expect, test, vi } from 'vitest'
import { fakeBridge, type FakeBridge } from '../bridge/fake'
import type { CallError } from '../bridge/bridge'
import { immediately } from './frame'
import { Inbox, type Step } from './inbox.svelte'
import { Queries } from './queries'
import { shown } from './reduce/notices'
import { queryKey, type NoticeQuery } from './state'
import { Store } from './store.svelte'

const NOON = Date.parse('2026-11-19T14:03:00Z')
const ALL: NoticeQuery = { accounts: [], filter: 'all' }
const KEY = queryKey(ALL)

/** Lets everything that was answered already be heard. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

async function begin(bridge: FakeBridge = fakeBridge({ frozen: NOON })) {
  const store = new Store(bridge, immediately)
  const queries = new Queries(store)
  await store.start()
  const release = queries.use(KEY, queries.notices(ALL))
  await settled()
  const refused: [CallError, Step][] = []
  const inbox = new Inbox(store, (error, step) => refused.push([error, step]))
  const list = () => {
    const found = store.state.lists.get(KEY)
    if (found === undefined) throw new Error('The list is not read')
    return found
  }
  const seen = () => shown(list(), store.state.pending)
  return { bridge, store, queries, inbox, refused, release, list, seen }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('what a person does to notices', () => {
  test('shows at once, and stays when the core has it', async () => {
    const { inbox, seen, store } = await begin()
    const [first] = seen()
    if (first === undefined) throw new Error('The inbox is empty')
    inbox.act('archive', [first])
    expect(seen()).not.toContainEqual(first)
    await settled()
    expect(store.state.pending).toEqual([])
    expect(seen()).not.toContainEqual(first)
  })

  test('is what is undone: that a notice was read by being shown is no step of theirs', async () => {
    const { inbox, seen } = await begin()
    const unread = seen().filter((notice) => !notice.read)
    const [first, second] = unread
    if (first === undefined || second === undefined) throw new Error('Nothing is unread')
    inbox.act('archive', [first])
    inbox.see(second)
    await settled()
    expect(seen().find((notice) => notice.title === second.title)?.read).toBe(true)
    expect(inbox.undo()?.what).toBe('archive')
    await settled()
    expect(seen()).toContainEqual(first)
    expect(seen().find((notice) => notice.title === second.title)?.read).toBe(true)
    expect(inbox.undo()).toBeNull()
  })

  test('goes back where the core refuses it, and says so', async () => {
    const { bridge, inbox, seen, refused } = await begin()
    const before = seen()
    bridge.fake.fail('set_archived')
    inbox.act('archive', before.slice(0, 2))
    expect(seen()).toHaveLength(before.length - 2)
    await settled()
    expect(seen()).toEqual(before)
    expect(refused[0]?.[0].code).toBe('store')
    expect(inbox.steps).toEqual([])
  })

  test('is undone one step after the other, each to how it was', async () => {
    const { inbox, seen } = await begin()
    const before = seen()
    inbox.act('read', before)
    await settled()
    inbox.act('archive', before.slice(0, 3))
    await settled()
    expect(seen()).toHaveLength(before.length - 3)
    expect(inbox.undo()?.what).toBe('archive')
    await settled()
    expect(inbox.undo()?.what).toBe('read')
    await settled()
    expect(seen()).toEqual(before)
    expect(inbox.undo()).toBeNull()
  })

  test('changes only what is not so already', async () => {
    const { inbox, seen } = await begin()
    const read = seen().filter((notice) => notice.read)
    expect(inbox.act('read', read)).toBeNull()
    const step = inbox.act('read', seen())
    expect(step?.notices.every((notice) => !notice.read)).toBe(true)
  })

  test('leaves the counts to the core', async () => {
    const { bridge, inbox, seen, store } = await begin()
    const counts = () => store.state.snapshot?.accounts.map((view) => view.unread)
    const before = counts()
    bridge.fake.fail('set_read')
    inbox.act('read', seen())
    expect(seen().every((notice) => notice.read)).toBe(true)
    expect(counts()).toEqual(before)
    await settled()
    bridge.fake.fail('set_read', false)
    inbox.act('read', seen())
    await settled()
    expect(counts()).toEqual([{}, {}, {}, {}, {}, {}])
  })
})

describe('what was missed', () => {
  test('is read again after a batch that never came', async () => {
    const { bridge, list } = await begin()
    const before = list().feed.items.length
    const { world } = bridge.fake
    world.tell({ type: 'events', events: [] })
    const account = world.accounts[0]
    const [some] = list().feed.items
    if (account === undefined || some === undefined) throw new Error('The world is empty')
    // Kept by the core, but its batch is lost.
    account.notices.set(900, { ...some, account: account.view.account.id, id: 900, title: 'Missed' })
    world.lose()
    expect(list().feed.items).toHaveLength(before)
    bridge.fake.tell({ type: 'latency', account: account.view.account.id, millis: 20 })
    await settled()
    expect(list().feed.items.map((notice) => notice.title)).toContain('Missed')
  })

  test('is read again after a resync', async () => {
    const { bridge, store } = await begin()
    const account = bridge.fake.world.accounts[0]
    if (account === undefined) throw new Error('The world is empty')
    account.view.latencyMs = 77
    bridge.fake.tell({ type: 'resync' })
    await settled()
    expect(store.state.snapshot?.accounts[0]?.latencyMs).toBe(77)
    expect(store.state.outdated).toBe(false)
  })

  test('is told once more to an answer that was on its way', async () => {
    const bridge = fakeBridge({ frozen: NOON })
    let answer: (() => void) | undefined
    const slow: FakeBridge = {
      ...bridge,
      call: async (command, ...args) => {
        const given = await bridge.call(command, ...args)
        if (command === 'notices') {
          await new Promise<void>((resolve) => {
            answer = resolve
          })
        }
        return given
      },
    }
    const { list } = await begin(slow)
    expect(list().reading).toBe('reading')
    bridge.fake.notify(0, [{ category: 'system', level: 'info', title: 'Meanwhile', body: '', ago: 0 }])
    answer?.()
    await settled()
    expect(list().reading).toBe('read')
    expect(list().feed.items[0]?.title).toBe('Meanwhile')
  })

  test('an account that is removed takes its notices along', async () => {
    const { bridge, store, seen } = await begin()
    const gone = store.state.snapshot?.accounts[0]?.account.id ?? ''
    expect(seen().some((notice) => notice.account === gone)).toBe(true)
    await store.call('remove_account', { account: gone })
    await settled()
    expect(seen().some((notice) => notice.account === gone)).toBe(false)
    expect(bridge.fake.world.accounts).toHaveLength(5)
  })
})

describe('reading', () => {
  test('goes page by page without a hole or a repetition', async () => {
    const { queries, list } = await begin(fakeBridge({ frozen: NOON, scenario: 'many' }))
    expect(list().feed.items).toHaveLength(50)
    for (let page = 0; page < 5; page++) {
      await queries.moreNotices(KEY)
      await settled()
    }
    const ids = list().feed.items.map((notice) => `${notice.account}/${notice.id}`)
    expect(new Set(ids).size).toBe(300)
    const times = list().feed.items.map((notice) => notice.occurredAt)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
  })

  test('that fails is said, and can be tried again', async () => {
    const { bridge, queries, list } = await begin(fakeBridge({ frozen: NOON, fail: ['notices'] }))
    expect(list().reading).toBe('failed')
    expect(list().error?.code).toBe('store')
    bridge.fake.fail('notices', false)
    await queries.again(KEY, queries.notices(ALL))
    expect(list().reading).toBe('read')
    expect(list().feed.items.length).toBeGreaterThan(5)
  })

  test('that failed is tried again by who comes back', async () => {
    const { bridge, queries, list, release } = await begin(fakeBridge({ frozen: NOON, fail: ['notices'] }))
    release()
    bridge.fake.fail('notices', false)
    queries.use(KEY, queries.notices(ALL))
    await settled()
    expect(list().reading).toBe('read')
  })

  test('of the beginning is tried again by itself', async () => {
    vi.useFakeTimers()
    const bridge = fakeBridge({ frozen: NOON, fail: ['snapshot'] })
    const store = new Store(bridge, immediately)
    await store.start()
    expect(store.failure?.code).toBe('store')
    bridge.fake.fail('snapshot', false)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(store.failure).toBeNull()
    expect(store.state.snapshot?.accounts).toHaveLength(6)
    store.stop()
  })

  test('of what nobody uses any more is kept for a while, then forgotten', async () => {
    const { store, queries, release } = await begin()
    release()
    for (let number = 0; number < 8; number++) {
      const query: NoticeQuery = { text: `trade ${number}` }
      queries.use(queryKey(query), queries.notices(query))()
      await settled()
    }
    expect(store.state.lists.has(KEY)).toBe(false)
    expect(store.state.lists.size).toBe(8)
  })
})

describe('the history of a connection', () => {
  const account = '0197a1c0-0000-7000-8000-000000000001'
  const key = queryKey({ account })

  test('is read again when asked for, and an answer that was overtaken is left out', async () => {
    const { bridge, store, queries } = await begin()
    const entry = queries.history({ account })
    queries.use(key, entry)
    await settled()
    const lines = () => store.state.histories.get(key)?.lines ?? []
    const before = lines()
    expect(before.length).toBeGreaterThan(0)
    bridge.fake.hold('history')
    const first = queries.again(key, entry)
    await settled()
    bridge.fake.lose(0)
    bridge.fake.hold('history', false)
    await queries.again(key, entry)
    await first
    expect(lines()[0]).toMatchObject({ what: 'lost', cause: 'The connection dropped.' })
    expect(lines().slice(1)).toEqual(before)
  })

  test('says why it can’t be read', async () => {
    const bridge = fakeBridge({ frozen: NOON, fail: ['history'] })
    const { store, queries } = await begin(bridge)
    queries.use(key, queries.history({ account }))
    await settled()
    expect(store.state.histories.get(key)).toMatchObject({ reading: 'failed', lines: [] })
  })
})
