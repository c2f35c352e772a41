/** The worlds that a test or a developer can ask for by name. */

import { makeAccount, accountId, type Wanted } from './accounts'
import type { World } from './world'

export const SCENARIOS = [
  'demo',
  'empty',
  'offline',
  'reconnecting',
  'sign-in',
  'catching-up',
  'many',
  'new-markets',
  'first-run',
  'keyring-locked',
  'broken',
] as const

export type Scenario = (typeof SCENARIOS)[number]

export const isScenario = (name: string): name is Scenario => SCENARIOS.some((known) => known === name)

const MINUTE = 60_000

const MARKETS = { platform: 'markets', name: 'maren', host: 'oddsfield.example', latency: 23 } as const
const WORKS = { platform: 'works', name: 'i.petrov', host: 'northyard.example', latency: 18 } as const
const SQUADS = { platform: 'squads', name: 'l.osei', host: 'sparring.example', latency: 31 } as const
const LENDING = { platform: 'lending', name: 'desk-east', host: 'ledgerline.example', latency: 45 } as const
const ESTATES = { platform: 'estates', name: 'maren', host: 'quorum.example', latency: 31 } as const
const SECOND_MARKETS = { platform: 'markets', name: 'quill', host: 'oddsfield.example', latency: 27 } as const

const lost = (now: number, ago: number, tries: number): Pick<Wanted, 'connection'> => ({
  connection: { state: 'reconnecting', since: now - ago, cause: 'The connection dropped.', tries },
})

const refused = (now: number): Pick<Wanted, 'connection'> => ({
  connection: { state: 'error', since: now - 5 * MINUTE, cause: 'The server no longer accepts the token.' },
})

function accountsOf(scenario: Scenario, now: number): Wanted[] {
  switch (scenario) {
    case 'demo':
      return [
        MARKETS,
        WORKS,
        { ...SQUADS, connection: { catchingUp: true, since: now - 20_000 } },
        { ...LENDING, ...lost(now, 95_000, 2) },
        { ...ESTATES, ...refused(now) },
        {
          ...SECOND_MARKETS,
          bare: true,
          paused: true,
          connection: { state: 'disconnected', since: now - 26 * 60 * MINUTE },
        },
      ]
    case 'empty':
      return [
        { ...MARKETS, bare: true, gapless: true },
        { ...WORKS, bare: true, gapless: true, connection: { state: 'connecting', since: now - 1_000 } },
      ]
    case 'offline':
      return [MARKETS, WORKS, SQUADS].map((wanted) => ({
        ...wanted,
        connection: {
          state: 'reconnecting',
          since: now - 9 * MINUTE,
          cause: 'There is no network.',
          tries: 7,
        },
      }))
    case 'reconnecting':
      return [{ ...MARKETS, ...lost(now, 68_000, 2) }, WORKS]
    case 'sign-in':
      return [{ ...MARKETS, ...refused(now) }, WORKS]
    case 'catching-up':
      return [{ ...MARKETS, connection: { catchingUp: true, since: now - 4_000 } }, WORKS]
    case 'many':
      return [
        { ...MARKETS, older: 9_994, copies: 14 },
        WORKS,
        SQUADS,
        LENDING,
        ESTATES,
        ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => ({
          ...WORKS,
          name: `site-${letter}`,
          bare: true,
        })),
      ]
    case 'new-markets':
      return [{ ...MARKETS, gapless: true, untraded: true }]
    case 'first-run':
      return []
    case 'keyring-locked':
    case 'broken':
      return [MARKETS]
  }
}

/** Fills a world. */
export function build(world: World, scenario: Scenario): void {
  for (const wanted of accountsOf(scenario, world.now())) makeAccount(world, wanted)
  if (scenario === 'first-run') world.settings.notifications.consent = 'unasked'
  if (scenario === 'keyring-locked') {
    world.accounts.length = 0
    world.vault = {
      backend: 'keyring',
      state: 'locked',
      sentence:
        'The keyring is locked. Unlock it (it may be asking for your password in another window), then try again.',
    }
    world.closed.push({
      id: accountId(1),
      title: 'Oddsfield',
      error: { code: 'vault', message: 'The keyring is locked. Unlock it, then look again.' },
    })
  }
  if (scenario === 'broken') {
    world.closed.push({
      id: accountId(99),
      title: 'Northyard',
      error: { code: 'store', message: 'The file of this account is damaged. It was left as it is.' },
    })
  }
}
