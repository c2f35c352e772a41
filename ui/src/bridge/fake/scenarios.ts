/** The worlds that a test or a developer can ask for by name. */

import type { ClosedAccount, VaultView } from '../contract.gen'
import { makeAccount, accountId, type Wanted } from './accounts'
import type { World } from './world'

export const SCENARIOS = [
  'demo',
  'empty',
  'connecting',
  'offline',
  'reconnecting',
  'sign-in',
  'catching-up',
  'many',
  'new-markets',
  'first-run',
  'keyring-locked',
  'keyring-missing',
  'keyring-refused',
  'sealed',
  'sealed-wrong',
  'closed',
  'one-closed',
  'broken',
] as const

export type Scenario = (typeof SCENARIOS)[number]

export const isScenario = (name: string): name is Scenario => SCENARIOS.some((known) => known === name)

const MINUTE = 60_000

const MARKETS = { platform: 'markets', name: 'maren', host: 'oddsfield.example', latency: 23 } as const
const WORKS = { platform: 'works', name: 'i.petrov', host: 'northyard.example', latency: 18 } as const
const SQUADS = { platform: 'squads', name: 'l.osei', host: 'sparring.example', latency: 31 } as const
const LENDING = {
  platform: 'lending',
  name: 'desk-east',
  host: 'ledgerline.example',
  latency: 45,
  transport: 'polling',
} as const
const ESTATES = { platform: 'estates', name: 'maren', host: 'quorum.example', latency: 31 } as const
const SECOND_MARKETS = { platform: 'markets', name: 'quill', host: 'oddsfield.example', latency: 27 } as const

const lost = (now: number, ago: number, tries: number): Pick<Wanted, 'connection'> => ({
  connection: {
    state: 'reconnecting',
    since: now - ago,
    cause: 'The connection dropped.',
    code: 'unreachable',
    tries,
    nextTryAt: now + 4_000,
  },
})

const refused = (now: number): Pick<Wanted, 'connection'> => ({
  connection: {
    state: 'error',
    since: now - 5 * MINUTE,
    cause: 'The server no longer accepts the token.',
    code: 'sign-in-refused',
  },
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
        { ...WORKS, bare: true, gapless: true },
      ]
    case 'connecting':
      return [
        { ...MARKETS, bare: true, gapless: true },
        { ...WORKS, bare: true, gapless: true, connection: { state: 'connecting', since: now - 1_000 } },
      ]
    case 'offline':
      return [MARKETS, WORKS, SQUADS].map((wanted) => ({
        ...wanted,
        gapless: true,
        connection: {
          state: 'reconnecting',
          since: now - 9 * MINUTE,
          cause: 'The server can’t be reached.',
          code: 'unreachable',
          tries: 7,
          nextTryAt: now + 42_000,
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
    case 'keyring-locked':
    case 'keyring-missing':
    case 'keyring-refused':
    case 'sealed':
    case 'sealed-wrong':
    case 'closed':
      return []
    case 'one-closed':
    case 'broken':
      return [MARKETS]
  }
}

/** Where tokens and keys can't be kept, or not read; the words are the core's. */
const VAULTS: Partial<Record<Scenario, VaultView>> = {
  'keyring-locked': {
    backend: 'keyring',
    state: 'locked',
    sentence:
      'The keyring is locked. Unlock it (it may be asking for your password in another window), then try again.',
    sealedFile: false,
  },
  'keyring-missing': {
    backend: 'keyring',
    state: 'missing',
    sentence:
      "No usable keyring was found. Start or set up your system's keyring, or choose a file that you seal with a passphrase.",
    sealedFile: false,
  },
  'keyring-refused': {
    backend: 'keyring',
    state: 'refused',
    sentence:
      'The keyring refused to store a secret. Check that Carillon may use it, or choose a file that you seal with a passphrase.',
    sealedFile: false,
  },
  sealed: {
    backend: 'sealed-file',
    state: 'locked',
    sentence: 'Tokens and keys are sealed in a file on this computer. Type its passphrase to open it.',
    sealedFile: true,
  },
  'sealed-wrong': {
    backend: 'sealed-file',
    state: 'locked',
    sentence: 'CARILLON_PASSPHRASE does not open the sealed file. Set it right, or type the passphrase here.',
    sealedFile: true,
  },
}

/** Accounts that can't be opened. */
function closedOf(scenario: Scenario): ClosedAccount[] {
  const locked = (what: string): ClosedAccount => ({
    id: accountId(1),
    title: 'Oddsfield',
    error: { code: 'vault', message: `${what} is locked. Unlock it, then look again.` },
  })
  const damaged: ClosedAccount = {
    id: accountId(99),
    title: 'Northyard',
    error: { code: 'store', message: 'The file of this account is damaged. It was left as it is.' },
  }
  switch (scenario) {
    case 'keyring-locked':
    case 'keyring-refused':
      return [locked('The keyring')]
    case 'sealed':
    case 'sealed-wrong':
      return [locked('The sealed file')]
    case 'one-closed':
    case 'broken':
      return [damaged]
    case 'closed':
      return [
        damaged,
        {
          id: accountId(98),
          title: 'Oddsfield',
          error: {
            code: 'store',
            message:
              'The key of this account’s cache is not in the keyring. The cache was left as it is; it can be read again once the key is back, or the account can be removed and added anew',
          },
        },
      ]
    default:
      return []
  }
}

/** Fills a world. */
export function build(world: World, scenario: Scenario): void {
  for (const wanted of accountsOf(scenario, world.now())) makeAccount(world, wanted)
  world.vault = VAULTS[scenario] ?? world.vault
  world.closed.push(...closedOf(scenario))
  if (scenario === 'first-run' || scenario === 'keyring-missing') {
    world.settings.notifications.consent = 'unasked'
  }
}
