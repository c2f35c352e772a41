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
    name: 'keyring-locked',
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
    name: 'connection',
    path: `connections/${FOURTH}`,
    ready: (page) => page.getByRole('button', { name: 'Try now' }),
  },
  { name: 'settings', path: 'settings', ready: (page) => page.getByText('Which accounts ring') },
]

for (const theme of ['light', 'dark'] as const) {
  test.describe(`in ${theme} colours`, () => {
    test.use({ colorScheme: theme })

    for (const { name, path, asked, ready } of LOOKS) {
      test(`${name} looks as it was drawn, and nothing is in anybody’s way`, async ({ page }) => {
        await open(page, path, asked)
        await expect(ready(page)).toBeVisible()
        expect(await violations(page)).toEqual([])
        expect(await overflow(page)).toEqual([])
        await expect(page).toHaveScreenshot(`${name}-${theme}.png`, { maxDiffPixelRatio: 0.01 })
      })
    }
  })
}

for (const { name, path, asked, ready } of LOOKS) {
  test(`${name} keeps within the window with texts of twice the size`, async ({ page }) => {
    await open(page, path, { ...asked, text: '200' })
    await expect(ready(page)).toBeVisible()
    expect(await overflow(page)).toEqual([])
    expect(await violations(page)).toEqual([])
  })

  test(`${name} has room for longer languages`, async ({ page }) => {
    await open(page, path, { ...asked, locale: 'en-XA' })
    await expect(page.locator('[data-page-heading]').first()).toBeVisible()
    expect(await overflow(page)).toEqual([])
  })

  for (const width of [820, 1680]) {
    test(`${name} fits a window of ${width} px`, async ({ page, isMobile }) => {
      test.skip(isMobile, 'a phone is not so wide')
      await page.setViewportSize({ width, height: 1000 })
      await open(page, path, asked)
      await expect(ready(page)).toBeVisible()
      expect(await overflow(page)).toEqual([])
    })
  }
}
