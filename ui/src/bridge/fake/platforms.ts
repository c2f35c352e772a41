/** The platforms of the double. They are made up: screens are made for kinds of things, not for platforms. */

import type { PlatformView } from '../contract.gen'

export const PLATFORMS = {
  markets: { id: 'oddsfield', title: 'Oddsfield', kinds: ['market', 'creator-share', 'dividend'] },
  works: { id: 'northyard', title: 'Northyard', kinds: ['project', 'invoice', 'stock-item'] },
  squads: { id: 'sparring', title: 'Sparring', kinds: ['calendar', 'chat'] },
  lending: { id: 'ledgerline', title: 'Ledgerline', kinds: ['loan', 'dashboard'] },
  estates: { id: 'quorum', title: 'Quorum', kinds: ['portfolio', 'proposal'] },
} as const satisfies Record<string, PlatformView>

export type PlatformKey = keyof typeof PLATFORMS
