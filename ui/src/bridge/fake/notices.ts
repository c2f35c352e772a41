/** The notices of the double: what an account's platform tells, over several days. */

import type { EntityId, Level, Notice } from '../contract.gen'
import type { PlatformKey } from './platforms'
import type { Random } from './random'

export interface Told {
  readonly category: string
  readonly level: Level
  readonly title: string
  readonly body: string
  /** Minutes ago. */
  readonly ago: number
  /** Whether these are full minutes, as where something else says the same time. */
  readonly sharp?: boolean
  readonly read?: boolean
  readonly archived?: boolean
  readonly link?: string
  readonly about?: EntityId
}

const DAY = 1_440

export const TOLD: Record<PlatformKey, readonly Told[]> = {
  markets: [
    // What was said before about the same items; their numbers come last, so that those of the others stay.
    {
      category: 'trade',
      level: 'success',
      title: 'New buy trade: 15 shares',
      body: 'YES @ 0.702',
      ago: 3 * DAY + 215,
      read: true,
      archived: true,
      about: { kind: 'market', id: 'm-61' },
    },
    {
      category: 'trade',
      level: 'success',
      title: 'New buy trade: 60 shares',
      body: 'YES @ 0.548',
      ago: 5 * DAY + 40,
      read: true,
      archived: true,
      about: { kind: 'market', id: 'm-61' },
    },
    {
      category: 'trade',
      level: 'success',
      title: 'New sell trade: 12 shares',
      body: 'YES @ 0.598',
      ago: 2 * DAY + 420,
      read: true,
      archived: true,
      about: { kind: 'market', id: 'm-101' },
    },
    {
      category: 'market',
      level: 'success',
      title: 'Market resolved: YES',
      body: 'Will crude oil close above $80 on 19 November?',
      ago: 32,
      sharp: true,
      about: { kind: 'market', id: 'm-61' },
    },
    {
      category: 'trade',
      level: 'success',
      title: 'New buy trade: 40 shares',
      body: 'YES @ 0.612',
      ago: 125,
      read: true,
      about: { kind: 'market', id: 'm-101' },
    },
    {
      category: 'dividend',
      level: 'success',
      title: 'Dividend available',
      body: '0.0412 ETH to claim from nadia.k',
      ago: DAY - 260,
      link: 'https://oddsfield.example/dividends/d-7',
    },
    {
      category: 'system',
      level: 'warning',
      title: 'Maintenance',
      body: 'Trading stops on Saturday from 03:00 to 03:20. Prices you see then are the last ones before it.',
      ago: DAY + 190,
      read: true,
    },
    {
      category: 'shares',
      level: 'info',
      title: 'Shares unlocked',
      body: '12 shares of kestrel',
      ago: 2 * DAY + 75,
      read: true,
    },
    {
      category: 'market',
      level: 'success',
      title: 'Market resolved: NO',
      body: 'Will it rain on the harbour fair?',
      ago: 2 * DAY + 30,
      sharp: true,
      read: true,
      archived: true,
      about: { kind: 'market', id: 'm-62' },
    },
  ],
  works: [
    {
      category: 'payment',
      level: 'error',
      title: 'Payment failed: invoice INV-2291',
      body: '€ 18,640.00, account closed',
      ago: 15,
      link: 'https://northyard.example/invoices/INV-2291',
    },
    {
      category: 'inventory',
      level: 'warning',
      title: 'Reorder: rebar 12 mm',
      body: 'Stock 1.8 t, level 4.0 t, order 6.0 t',
      ago: 51,
      read: true,
    },
    {
      category: 'project',
      level: 'info',
      title: 'Block C: shell is finished',
      body: 'Two days ahead of plan.',
      ago: DAY + 340,
      read: true,
    },
    {
      category: 'payment',
      level: 'success',
      title: 'Invoice INV-2279 was paid',
      body: '€ 6,102.40',
      ago: 3 * DAY + 20,
      read: true,
      archived: true,
    },
  ],
  squads: [
    {
      category: 'training',
      level: 'info',
      title: 'Training moved to 18:30',
      body: 'Under-19 squad, hall B: the floor is drying',
      ago: 83,
    },
    {
      category: 'training',
      level: 'info',
      title: 'Bus leaves at 07:15 on Saturday',
      body: 'Not at 07:30. Bring the blue kit.',
      ago: 245,
      read: true,
    },
    {
      category: 'match',
      level: 'success',
      title: 'Line-up confirmed',
      body: 'Sparring v. Northern Rowing, Sunday 15:00',
      ago: DAY + 500,
      read: true,
    },
  ],
  lending: [
    {
      category: 'limit',
      level: 'error',
      title: 'Arrears of 30 days passed 4.0 %',
      body: 'SME book, East: 4.12 %, limit 4.00 %',
      ago: 2,
    },
    {
      category: 'application',
      level: 'info',
      title: '12 applications while you were away',
      body: 'One summary for 15:40 to 16:15, no sound',
      ago: DAY - 133,
      read: true,
    },
    {
      category: 'report',
      level: 'success',
      title: 'Report of October is ready',
      body: 'Signed off by the risk desk.',
      ago: 4 * DAY,
      read: true,
    },
  ],
  estates: [
    {
      category: 'distribution',
      level: 'success',
      title: 'Distribution available',
      body: 'Cirata solar, Q3: Rp 2,140,000',
      ago: 178,
    },
    {
      category: 'proposal',
      level: 'info',
      title: 'Proposal 14 is open for votes',
      body: 'Extend the port lease to 2041',
      ago: 223,
    },
    {
      category: 'identity',
      level: 'success',
      title: 'Address is confirmed',
      body: 'Identity is next.',
      ago: 5 * DAY,
      read: true,
    },
  ],
}

const KNOWN = ['info', 'success', 'warning', 'error'] as const

/** Older notices, for lists with thousands. */
export function olderNotices(random: Random, count: number): Told[] {
  return Array.from({ length: count }, (_, index) => {
    const number = 20_000 - index
    return {
      category: random.pick(['trade', 'market', 'system']),
      level: random.pick(KNOWN),
      title: `Trade ${String(number)} was settled`,
      body: `Lot ${random.hex(6)}, batch ${String(random.whole(1, 90))}`,
      ago: 6 * DAY + index * 7,
      read: index > 40,
    }
  })
}

export function noticeOf(account: string, id: number, told: Told, now: number): Notice {
  // What happens now happens now; the past is not on full minutes.
  const past = told.ago === 0 || told.sharp === true ? 0 : (id * 7_919) % 50_000
  const at = now - told.ago * 60_000 - past
  return {
    account,
    id,
    category: told.category,
    level: told.level,
    title: told.title,
    body: told.body,
    actionUrl: told.link ?? null,
    occurredAt: at,
    receivedAt: at + 22,
    read: told.read ?? false,
    archived: told.archived ?? false,
    about: told.about ?? null,
  }
}
