/**
 * A double of the core, for development in a browser and for tests: the same bridge, a made-up world behind it.
 * It is deterministic: the same scenario at the same frozen time is the same world.
 *
 * `?fake=<scenario>&frozen=<ISO time>&latency=<ms>&fail=<command,command>`
 */

import { CallError, toCallError, type Bridge, type Command } from './bridge'
import type { Navigate, UiEvent } from './contract.gen'
import type { Second } from '../parts/peal'
import { FrozenClock, systemClock } from './fake/clock'
import { commands } from './fake/commands'
import { lastMinute, lose, notify, pause, restore, run, trade } from './fake/live'
import type { Told } from './fake/notices'
import type { Trade } from './fake/markets'
import { Random } from './fake/random'
import { build, isScenario, type Scenario } from './fake/scenarios'
import { World, type FakeAccount } from './fake/world'

export interface FakeOptions {
  scenario?: Scenario
  /** Where time stands still; runs where it is left out. */
  frozen?: number
  /** How long each call takes, in milliseconds. */
  latency?: number
  /** Commands that are refused. */
  fail?: readonly Command[]
}

/** What a test does to the world behind the bridge. */
export interface FakeControls {
  readonly world: World
  /** Lets time pass; only where it is frozen. */
  advance(millis: number): void
  trade(account: number, market: string, given?: Partial<Trade>): void
  notify(account: number, told: readonly Told[], summary?: boolean): void
  lose(account: number, cause?: string): void
  restore(account: number): void
  /** The person disconnects it. */
  pause(account: number): void
  tell(...events: UiEvent[]): void
  navigate(where: Navigate): void
  /** What came in each of the last sixty seconds, the newest last: the window was not there to count it. */
  lastMinute(): readonly Second[]
  /** Refuses a command from now on, or no longer. */
  fail(command: Command, refused?: boolean): void
  /** Leaves a command without an answer from now on, or answers those that wait and no longer leaves any. */
  hold(command: Command, held?: boolean): void
}

export interface FakeBridge extends Bridge {
  readonly fake: FakeControls
}

const SEED = 20_260
/** Reading is refused as well as changing where the store is broken. */
const BROKEN: readonly Command[] = [
  'notices',
  'notice',
  'search',
  'entities',
  'entity',
  'series',
  'activity',
  'set_read',
  'set_archived',
  'read_all',
]

export function fakeBridge(options: FakeOptions = {}): FakeBridge {
  const scenario = options.scenario ?? 'demo'
  const frozen = options.frozen === undefined ? undefined : new FrozenClock(options.frozen)
  const world = new World(frozen ?? systemClock, new Random(SEED))
  build(world, scenario)
  run(world)

  const refused = new Set<Command>([...(scenario === 'broken' ? BROKEN : []), ...(options.fail ?? [])])
  const held = new Map<Command, { until: Promise<void>; release: () => void }>()
  const navigators = new Set<(where: Navigate) => void>()
  const latency = options.latency ?? 0

  const at = (index: number): FakeAccount => {
    const account = world.accounts[index]
    if (account === undefined) throw new Error(`There is no account ${String(index)}`)
    return account
  }

  return {
    async call(command, ...[args]) {
      if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency))
      await held.get(command)?.until
      if (refused.has(command)) throw new CallError('store', 'The cache can’t be read: its file is damaged.')
      try {
        // The tables agree key by key, which TypeScript does not follow through a union of commands.
        const handler = commands[command] as (world: World, args: unknown) => unknown
        return structuredClone(handler(world, args ?? {})) as never
      } catch (thrown) {
        throw toCallError(thrown)
      }
    },
    listen: (onBatch) => Promise.resolve(world.listen(onBatch)),
    onNavigate: (go) => {
      navigators.add(go)
      return Promise.resolve(() => {
        navigators.delete(go)
      })
    },
    now: () => world.now(),
    fake: {
      world,
      advance: (millis) => frozen?.advance(millis),
      trade: (account, market, given) => {
        trade(world, at(account), market, given)
      },
      notify: (account, told, summary) => {
        notify(world, at(account), told, summary)
      },
      lose: (account, cause) => {
        lose(world, at(account), cause)
      },
      restore: (account) => {
        restore(world, at(account))
      },
      pause: (account) => {
        pause(world, at(account))
      },
      tell: (...events) => {
        world.tell(...events)
      },
      navigate: (where) => {
        for (const go of navigators) go(where)
      },
      lastMinute: () => lastMinute(world),
      fail: (command, is = true) => {
        if (is) refused.add(command)
        else refused.delete(command)
      },
      hold: (command, is = true) => {
        held.get(command)?.release()
        held.delete(command)
        if (!is) return
        let release = (): void => undefined
        const until = new Promise<void>((resolve) => {
          release = resolve
        })
        held.set(command, { until, release })
      },
    },
  }
}

/** The double that a page's address asks for. */
export function fakeBridgeFor(search: string): FakeBridge {
  const asked = new URLSearchParams(search)
  const scenario = asked.get('fake') ?? 'demo'
  const frozen = asked.get('frozen')
  const latency = Number(asked.get('latency') ?? 0)
  if (!isScenario(scenario)) throw new Error(`There is no scenario ${scenario}`)
  return fakeBridge({
    scenario,
    latency,
    fail: (asked.get('fail') ?? '').split(',').filter((name): name is Command => name in commands),
    ...(frozen === null ? {} : { frozen: Date.parse(frozen) }),
  })
}
