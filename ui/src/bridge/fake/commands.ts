/** What the double answers to each command, and what it does about it. */

import { CallError, type Answer, type Args, type Command } from '../bridge'
import type { Account, Notice, SeriesPoint, Topic, TopicStatus } from '../contract.gen'
import { makeAccount } from './accounts'
import { LINES } from './history'
import { pause, restore, tellTopics } from './live'
import { PLATFORMS, type PlatformKey } from './platforms'
import { seriesKey, thingKey, unreadOf, type FakeAccount, type World } from './world'

/** What opens the double's sealed file, where there is one already. */
const PASSPHRASE = 'bells'

const IN_MEMORY = 'Tokens and keys are kept in memory. They are gone when Carillon is closed.'

type Handlers = { readonly [C in Command]: (world: World, args: Args<C>) => Answer<C> }

function known(world: World, id: string): FakeAccount {
  const account = world.account(id)
  if (account === undefined) throw new CallError('not-found', 'This account is not on this computer.')
  return account
}

/** Newest first, by the time of the event. */
const byTime = (a: Notice, b: Notice): number =>
  b.occurredAt - a.occurredAt || b.id - a.id || (a.account < b.account ? -1 : a.account > b.account ? 1 : 0)

function allNotices(world: World, accounts: readonly string[]): Notice[] {
  const chosen = world.accounts.filter(
    (one) => accounts.length === 0 || accounts.includes(one.view.account.id),
  )
  return chosen.flatMap((one) => [...one.notices.values()]).sort(byTime)
}

function change(world: World, account: FakeAccount, ids: readonly number[], to: Partial<Notice>): void {
  const changed: Notice[] = []
  for (const id of ids) {
    const notice = account.notices.get(id)
    if (notice === undefined) continue
    const now = { ...notice, ...to }
    account.notices.set(id, now)
    changed.push(now)
  }
  account.view.unread = unreadOf(account.notices.values())
  world.tell({
    type: 'notices-changed',
    account: account.view.account.id,
    notices: changed,
    unread: account.view.unread,
  })
}

/** Every so many-th value, and always the newest. */
function thin(points: readonly SeriesPoint[], atMost: number): SeriesPoint[] {
  const step = Math.ceil(points.length / Math.max(1, atMost))
  return points.filter((_, index) => (points.length - 1 - index) % step === 0)
}

const same = (a: Topic, b: Topic): boolean => a.kind === b.kind && a.id === b.id

function want(world: World, account: FakeAccount, topic: Topic): void {
  const { view } = account
  if (view.topicLimit === null) throw new CallError('invalid', 'This platform has no rooms to join.')
  if (topic.id.trim() === '') throw new CallError('invalid', 'A room needs an id.')
  if (view.topics.some((one) => same(one, topic) && one.followed)) return
  // What is joined for a screen alone gives way.
  if (view.topics.filter((one) => one.followed).length >= view.topicLimit) {
    throw new CallError(
      'invalid',
      `${String(view.topicLimit)} rooms are the most that the server allows. Leave one first.`,
    )
  }
  const live = view.connection.state === 'connected'
  const refusal = live && topic.id.startsWith('private') ? 'Not a member of this room' : null
  const status: TopicStatus = {
    kind: topic.kind,
    id: topic.id,
    followed: true,
    confirmed: live && refusal === null,
    refusal,
  }
  view.topics = [...view.topics.filter((one) => !same(one, topic)), status]
  tellTopics(world, account)
}

/** Joins what a screen shows, and leaves what it showed before. */
function watch(world: World, account: FakeAccount, watched: readonly Topic[]): void {
  const { view } = account
  const followed = view.topics.filter((one) => one.followed)
  const confirmed = view.connection.state === 'connected' && !view.connection.catchingUp
  const added = watched
    .filter((topic) => !followed.some((one) => same(one, topic)))
    .map(({ kind, id }): TopicStatus => ({ kind, id, followed: false, confirmed, refusal: null }))
  view.topics = [...followed, ...added]
  tellTopics(world, account)
}

function platformKey(id: string): PlatformKey {
  for (const [key, platform] of Object.entries(PLATFORMS)) {
    if (platform.id === id) return key as PlatformKey
  }
  throw new CallError('invalid', 'This platform is not known.')
}

function join(world: World, platform: string, server: string, clearText: boolean, name: string): Account {
  let url: URL
  try {
    url = new URL(server)
  } catch {
    throw new CallError('invalid', 'This is no address of a server.')
  }
  const local = url.hostname === 'localhost' || url.hostname === '127.0.0.1'
  if (url.protocol !== 'https:' && !local && !clearText) {
    throw new CallError('invalid', 'The connection would not be encrypted.')
  }
  if (url.hostname.startsWith('down.'))
    throw new CallError('unreachable', 'No answer within 20 s (https://down.example)')
  if (url.hostname.startsWith('other.'))
    throw new CallError('wrong-server', 'What answers there is not a server of this platform (status 404).')
  const made = makeAccount(world, { platform: platformKey(platform), name, host: url.host, gapless: true })
  world.tell({ type: 'accounts-changed' })
  return made.view.account
}

/** Opens what a vault that could not be read had kept closed. */
function reopen(world: World): void {
  const closed = world.closed.filter(({ error }) => error.code === 'vault')
  for (const { title } of closed) {
    const [key] = Object.entries(PLATFORMS).find(([, platform]) => platform.title === title) ?? []
    if (key === undefined) continue
    makeAccount(world, { platform: key as PlatformKey, name: 'maren', host: 'oddsfield.example' })
    world.closed.splice(0, world.closed.length, ...world.closed.filter((one) => !closed.includes(one)))
  }
  if (closed.length > 0) world.tell({ type: 'accounts-changed' })
}

export const commands: Handlers = {
  snapshot: (world) => ({
    accounts: world.accounts.map((account) => account.view),
    closed: world.closed,
    vault: world.vault,
    settings: world.settings,
    app: { ...world.app, now: world.now() },
  }),
  platforms: () => Object.values(PLATFORMS).map((platform) => ({ ...platform, kinds: [...platform.kinds] })),
  sign_in: (world, { platform, server, username, password, clearText }) => {
    if (password === 'wrong')
      throw new CallError('sign-in-refused', 'The server refused: wrong password, 4 tries left')
    return join(world, platform, server, clearText, username)
  },
  add_token: (world, { platform, server, token, clearText }) => {
    if (token.split('.').length !== 3)
      throw new CallError('invalid', 'This is no token: it has three parts with dots between.')
    return join(world, platform, server, clearText, 'maren')
  },
  read_link: (_, { link }) => {
    const url = new URL(link)
    const platform = url.searchParams.get('platform')
    const server = url.searchParams.get('server')
    if (platform === null || server === null) throw new CallError('invalid', 'This link names no server.')
    return { platform, server, username: url.searchParams.get('username') }
  },
  start_demo: (world) => {
    const made = [
      makeAccount(world, {
        platform: 'markets',
        name: 'demo-maren',
        host: '127.0.0.1',
        demo: true,
        gapless: true,
      }),
      makeAccount(world, {
        platform: 'markets',
        name: 'demo-quill',
        host: '127.0.0.1',
        demo: true,
        gapless: true,
      }),
    ]
    world.tell({ type: 'accounts-changed' })
    return made.map((one) => one.view.account)
  },
  remove_account: (world, { account }) => {
    const closed = world.closed.findIndex((one) => one.id === account)
    if (closed >= 0) world.closed.splice(closed, 1)
    else world.accounts.splice(world.accounts.indexOf(known(world, account)), 1)
    world.tell({ type: 'accounts-changed' })
    return null
  },
  connect: (world, { account }) => {
    restore(world, known(world, account))
    return null
  },
  disconnect: (world, { account }) => {
    pause(world, known(world, account))
    return null
  },
  notices: (world, { accounts, filter, behind, limit }) => {
    const all = allNotices(world, accounts).filter((notice) => {
      if (filter === 'archived') return notice.archived
      return !notice.archived && (filter === 'all' || !notice.read)
    })
    const rest = behind === null ? all : all.filter((notice) => byTime(behind, notice) < 0)
    return { notices: rest.slice(0, limit), more: rest.length > limit }
  },
  notice: (world, { account, id }) => known(world, account).notices.get(id) ?? null,
  search: (world, { text, limit }) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    if (words.length === 0) return []
    return allNotices(world, [])
      .filter((notice) => {
        const within = `${notice.title} ${notice.body}`.toLowerCase()
        return words.every((word) => within.includes(word))
      })
      .slice(0, limit)
  },
  set_read: (world, { account, ids, read }) => {
    change(world, known(world, account), ids, { read })
    return null
  },
  set_archived: (world, { account, ids, archived }) => {
    change(world, known(world, account), ids, { archived })
    return null
  },
  read_all: (world, { accounts }) => {
    for (const account of world.accounts) {
      if (accounts.length > 0 && !accounts.includes(account.view.account.id)) continue
      const unread = [...account.notices.values()].filter((notice) => !notice.read && !notice.archived)
      change(
        world,
        account,
        unread.map((notice) => notice.id),
        { read: true },
      )
    }
    return null
  },
  open_notice_link: (world, { account, id }) => {
    const link = known(world, account).notices.get(id)?.actionUrl
    if (link?.startsWith('https://') !== true)
      throw new CallError('invalid', 'This notice has no https address.')
    return null
  },
  entities: (world, { account, kind }) => [...(known(world, account).entities.get(kind)?.values() ?? [])],
  entity: (world, { account, entity }) =>
    known(world, account).entities.get(entity.kind)?.get(entity.id) ?? null,
  series: (world, { account, entity, names, since, atMost }) =>
    names.map((series) => {
      const points = known(world, account).series.get(seriesKey(entity, series)) ?? []
      return {
        series,
        points: thin(
          points.filter((point) => point.at >= since),
          atMost,
        ),
      }
    }),
  activity: (world, { account, entity, before, limit }) => {
    const lines = (known(world, account).activity.get(thingKey(entity)) ?? []).toReversed()
    const older =
      before === null
        ? lines
        : lines.filter((line) => line.at < before.at || (line.at === before.at && line.seq < before.seq))
    return older.slice(0, limit)
  },
  follow: (world, { account, topic }) => {
    want(world, known(world, account), topic)
    return null
  },
  unfollow: (world, { account, topic }) => {
    const { view } = known(world, account)
    view.topics = view.topics.filter((one) => !same(one, topic))
    tellTopics(world, known(world, account))
    return null
  },
  watch: (world, { account, topics }) => {
    watch(world, known(world, account), topics)
    return null
  },
  history: (world, { account }) => known(world, account).history.slice(0, LINES),
  storage: (world, { account }) => {
    const { notices, nextSeq, retention } = known(world, account)
    return {
      bytes: 250_000 + 700 * (notices.size + nextSeq),
      notices: notices.size,
      events: nextSeq,
      retention,
    }
  },
  set_retention: (world, { account, retention }) => {
    known(world, account).retention = retention
    return null
  },
  set_settings: (world, { settings }) => {
    world.settings = settings
    world.tell({ type: 'settings', settings })
    return null
  },
  use_session_vault: (world) => {
    world.vault = { ...world.vault, backend: 'memory', state: 'ready', sentence: IN_MEMORY }
    world.settings = { ...world.settings, vault: 'session' }
    world.tell({ type: 'settings', settings: world.settings })
    return world.vault
  },
  test_notification: () => null,
  check_vault: (world) => {
    if (world.vault.state === 'locked' && world.vault.backend === 'keyring') {
      reopen(world)
      world.vault = {
        ...world.vault,
        state: 'ready',
        sentence: 'Tokens and keys are kept in this computer’s keyring.',
      }
    }
    return world.vault
  },
  use_sealed_vault: (world, { passphrase }) => {
    const { sealedFile } = world.vault
    if (sealedFile && passphrase !== PASSPHRASE)
      throw new CallError('vault', 'This passphrase does not open the sealed file.')
    if (!sealedFile && passphrase.length < 8)
      throw new CallError('vault', 'The passphrase is too short: eight characters at least.')
    if (sealedFile) reopen(world)
    world.vault = {
      backend: 'sealed-file',
      state: 'ready',
      sentence: 'Tokens and keys are kept in a file that your passphrase seals.',
      sealedFile: true,
    }
    world.settings = { ...world.settings, vault: 'sealed-file' }
    world.tell({ type: 'settings', settings: world.settings })
    return world.vault
  },
  use_keyring: (world) => {
    world.vault = {
      ...world.vault,
      backend: 'keyring',
      state: 'ready',
      sentence: 'Tokens and keys are kept in this computer’s keyring.',
    }
    world.settings = { ...world.settings, vault: 'keyring' }
    world.tell({ type: 'settings', settings: world.settings })
    return world.vault
  },
}
