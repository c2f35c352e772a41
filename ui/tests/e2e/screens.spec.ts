import type { Page } from '@playwright/test'
import { expect, open, overflow, test, violations } from './fixtures'

const FIRST = '0197a1c0-0000-7000-8000-000000000001'
const FOURTH = '0197a1c0-0000-7000-8000-000000000004'

interface Look {
  name: string
  path: string
  asked?: Record<string, string>
  /** What is there once the page is drawn. */
  ready: (page: Page) => ReturnType<Page['locator']>
}

const LOOKS: readonly Look[] = [
  {
    name: 'first-run',
    path: '',
    asked: { fake: 'first-run' },
    ready: (page) => page.getByText('Ledgerline, Quorum'),
  },
  { name: 'add-account', path: 'accounts/add', ready: (page) => page.getByText('Sign in to Oddsfield') },
  {
    name: 'vault-locked',
    path: 'accounts/add',
    asked: { fake: 'keyring-locked' },
    ready: (page) => page.getByRole('button', { name: 'Check again' }),
  },
  { name: 'inbox', path: 'inbox', ready: (page) => page.getByText('Reorder: rebar 12 mm') },
  {
    name: 'inbox-offline',
    path: 'inbox',
    asked: { fake: 'offline' },
    ready: (page) => page.getByText('You are offline'),
  },
  {
    name: 'inbox-quiet',
    path: 'inbox',
    asked: { fake: 'empty' },
    ready: (page) => page.getByText('All quiet'),
  },
  {
    name: 'notice',
    path: `inbox/${FIRST}/6`,
    ready: (page) => page.getByRole('heading', { name: 'What happened' }),
  },
  { name: 'search', path: 'search?text=market', ready: (page) => page.getByText('2 notices') },
  {
    name: 'search-nothing',
    path: 'search?text=rebbar',
    ready: (page) => page.getByText('Nothing found for “rebbar”'),
  },
  {
    name: 'connections',
    path: 'connections',
    ready: (page) => page.getByText('Reconnecting, try 3'),
  },
  {
    name: 'connection',
    path: `connections/${FOURTH}`,
    ready: (page) => page.getByRole('button', { name: 'Try now' }),
  },
  { name: 'settings', path: 'settings', ready: (page) => page.getByText('Which accounts ring') },
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

for (const { name, path, asked, ready } of LOOKS) {
  test(`${name} looks as it was drawn, and nothing is in anybody’s way`, async ({ page }) => {
    await open(page, path, asked)
    await expect(ready(page)).toBeVisible()
    expect(await overflow(page)).toEqual([])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
      await expect(page).toHaveScreenshot(`${name}-${colorScheme}.png`)
      expect(await violations(page), colorScheme).toEqual([])
    }
  })

  test(`${name} has room for large texts, longer languages and other widths`, async ({ page, isMobile }) => {
    await open(page, path, { ...asked, text: '200' })
    await expect(ready(page)).toBeVisible()
    expect(await overflow(page), 'texts of twice the size').toEqual([])
    expect(await violations(page)).toEqual([])
    await open(page, path, { ...asked, locale: 'en-XA' })
    await page.evaluate(() => document.fonts.ready)
    expect(await overflow(page), 'longer words').toEqual([])
    if (isMobile) return
    for (const width of [820, 1680]) {
      await page.setViewportSize({ width, height: 1000 })
      await expect(page.locator('html')).toHaveAttribute('data-shell', width === 820 ? 'tablet' : 'wide')
      expect(await overflow(page), `${width} px`).toEqual([])
    }
  })
}
