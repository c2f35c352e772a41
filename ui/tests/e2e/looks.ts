/** The pages that are looked at: what their address is, and what is there once they are drawn. */

import type { Locator, Page } from '@playwright/test'
import { open } from './fixtures'

const FIRST = '0197a1c0-0000-7000-8000-000000000001'
const FOURTH = '0197a1c0-0000-7000-8000-000000000004'

export interface Look {
  name: string
  path: string
  asked?: Record<string, string>
  /** Whether it is like another one, so that no picture of it is kept. */
  plain?: true
  /** Whether the core has not answered, so that no setting is known. */
  unanswered?: true
  /** What is done on it first, in any language. */
  act?: (page: Page) => Promise<void>
  /** What is there once the page is drawn. */
  ready: (page: Page) => Locator
}

/** Opens a page as it is looked at; `more` is asked for beside what it asks for itself. */
export async function show(
  page: Page,
  look: Pick<Look, 'path' | 'asked' | 'act'>,
  more: Record<string, string> = {},
): Promise<void> {
  await open(page, look.path, { ...look.asked, ...more })
  await look.act?.(page)
}

/** Loses the connection of the first account just after a trade, and lets time pass. */
function lose(page: Page, millis: number): Promise<void> {
  return page.evaluate((passing) => {
    window.fake?.trade(0, 'm-101', { yes: 630 })
    window.fake?.lose(0)
    window.fake?.advance(passing)
  }, millis)
}

export const LOOKS: readonly Look[] = [
  {
    name: 'starting',
    path: '',
    asked: { latency: '600000' },
    unanswered: true,
    ready: (page) => page.getByText('Opening what is kept on this computer'),
  },
  {
    name: 'start-failed',
    path: '',
    asked: { fail: 'snapshot' },
    unanswered: true,
    ready: (page) => page.getByText('Carillon could not start'),
  },
  {
    name: 'first-run',
    path: '',
    asked: { fake: 'first-run' },
    ready: (page) => page.getByText('Ledgerline and Quorum'),
  },
  { name: 'add-account', path: 'accounts/add', ready: (page) => page.getByText('Sign in to Oddsfield') },
  {
    name: 'add-token',
    path: 'accounts/add/token',
    ready: (page) => page.getByText('Three parts with dots between them'),
  },
  { name: 'add-link', path: 'accounts/add/link', ready: (page) => page.getByText('Begins with carillon://') },
  {
    name: 'add-link-read',
    path: 'accounts/add/link?platform=northyard&server=https://northyard.example',
    ready: (page) => page.getByText('Nothing has happened yet.'),
  },
  {
    name: 'add-unencrypted',
    path: 'accounts/add',
    act: (page) => page.locator('input[type="url"]').fill('http://oddsfield.example'),
    ready: (page) => page.getByText('would be reached without encryption'),
  },
  {
    name: 'sign-in-again',
    path: 'accounts/add?again=0197a1c0-0000-7000-8000-000000000005',
    ready: (page) => page.getByText('everything that is kept of it stay'),
  },
  {
    name: 'vault-locked',
    path: 'accounts/add',
    asked: { fake: 'keyring-locked' },
    ready: (page) => page.getByRole('button', { name: 'Check again' }),
  },
  {
    name: 'vault-missing',
    path: '',
    asked: { fake: 'keyring-missing' },
    ready: (page) => page.getByRole('heading', { name: 'No keyring was found' }),
  },
  {
    name: 'vault-refused',
    path: 'settings/security',
    asked: { fake: 'keyring-refused' },
    ready: (page) => page.getByText('The keyring refused Carillon'),
  },
  {
    name: 'vault-session',
    path: 'settings/security',
    asked: { fake: 'keyring-missing' },
    act: (page) => page.locator('.note .actions button').nth(2).click(),
    ready: (page) => page.getByText('its accounts are erased at the next start'),
  },
  {
    name: 'vault-sealed',
    path: 'inbox',
    asked: { fake: 'sealed' },
    ready: (page) => page.getByText('The sealed file is locked'),
  },
  {
    name: 'vault-wrong',
    path: 'accounts/add',
    asked: { fake: 'sealed-wrong' },
    ready: (page) => page.getByText('CARILLON_PASSPHRASE does not open'),
  },
  { name: 'inbox', path: 'inbox', ready: (page) => page.getByText('Arrears of 30 days passed 4.0 %') },
  {
    name: 'inbox-offline',
    path: 'inbox',
    asked: { fake: 'offline' },
    ready: (page) => page.getByText('You are offline'),
  },
  {
    name: 'inbox-closed',
    path: 'inbox',
    asked: { fake: 'keyring-locked' },
    ready: (page) => page.getByText('Your account can’t be opened'),
  },
  {
    name: 'inbox-one-closed',
    path: 'inbox',
    asked: { fake: 'one-closed' },
    ready: (page) => page.getByText('Its notices are not in this list.'),
  },
  {
    name: 'inbox-asks',
    path: 'inbox',
    asked: { consent: 'unasked' },
    ready: (page) => page.getByText('May Carillon ring on this computer?'),
  },
  {
    name: 'inbox-quiet',
    path: 'inbox',
    asked: { fake: 'empty' },
    ready: (page) => page.getByText('All quiet'),
  },
  {
    name: 'inbox-connecting',
    path: 'inbox',
    asked: { fake: 'connecting' },
    ready: (page) => page.getByText('Not up to date: Northyard.'),
  },
  {
    name: 'notice',
    path: `inbox/${FIRST}/6`,
    ready: (page) => page.getByRole('heading', { name: 'What happened' }),
  },
  {
    name: 'notice-cached',
    path: `inbox/${FIRST}/5`,
    asked: { fake: 'reconnecting' },
    ready: (page) => page.getByText(/Cached,/),
  },
  { name: 'search', path: 'search?text=market', ready: (page) => page.getByText('2 notices') },
  {
    name: 'search-nothing',
    path: 'search?text=rebbar',
    plain: true,
    ready: (page) => page.getByText('Nothing found for “rebbar”'),
  },
  {
    name: 'connections',
    path: 'connections',
    ready: (page) => page.getByText('Reconnecting, try 3'),
  },
  {
    name: 'connections-closed',
    path: 'connections/0197a1c0-0000-7000-8000-000000000062',
    asked: { fake: 'closed' },
    ready: (page) => page.getByRole('heading', { name: 'Oddsfield can’t be opened' }),
  },
  {
    name: 'connection',
    path: `connections/${FOURTH}`,
    ready: (page) => page.getByRole('button', { name: 'Try now' }),
  },
  {
    name: 'connection-account',
    path: `connections/${FIRST}`,
    ready: (page) => page.getByText('Only holders may join'),
  },
  {
    name: 'remove-account',
    path: `connections/${FOURTH}`,
    act: (page) => page.locator('.connection .danger').click(),
    ready: (page) => page.getByRole('dialog'),
  },
  {
    name: 'settings-appearance',
    path: 'settings/appearance',
    ready: (page) => page.getByText('As a share of this system’s size.'),
  },
  { name: 'settings', path: 'settings', ready: (page) => page.getByText('Which accounts ring') },
  {
    name: 'settings-keyboard',
    path: 'settings/keyboard',
    ready: (page) => page.getByText('Single letters are shortcuts'),
  },
  {
    name: 'settings-security',
    path: 'settings/security',
    ready: (page) => page.getByText('Encrypted, one file an account'),
  },
  { name: 'settings-about', path: 'settings/about', ready: (page) => page.getByText('Data folder') },
  {
    name: 'rooms',
    path: `${FIRST}/rooms`,
    ready: (page) => page.getByText('Will steel rebates pass this year?'),
  },
  {
    name: 'markets',
    path: `${FIRST}/markets`,
    ready: (page) => page.getByText('Will the port lease of Varenna be extended?'),
  },
  { name: 'market', path: `${FIRST}/market/m-101`, ready: (page) => page.getByText('trade 2 s ago') },
  {
    name: 'market-silent',
    path: `${FIRST}/market/m-101`,
    act: (page) => lose(page, 20_000),
    ready: (page) => page.getByText('5 tries since 14:03. Next try in 55 s.'),
  },
  {
    name: 'market-cached',
    path: `${FIRST}/market/m-101`,
    asked: { fake: 'offline' },
    ready: (page) => page.getByText(/Prices are from 13:5/),
  },
  {
    name: 'market-table',
    path: `${FIRST}/market/m-101`,
    act: (page) => page.locator('input[value="table"]').check({ force: true }),
    ready: (page) => page.locator('.prices table'),
  },
  {
    name: 'market-resolved',
    path: `${FIRST}/market/m-61`,
    ready: (page) => page.getByText('Settlement $81.14 on 19 November'),
  },
  {
    name: 'market-new',
    path: `${FIRST}/market/m-201`,
    asked: { fake: 'new-markets' },
    ready: (page) => page.getByText('Not traded yet'),
  },
]
