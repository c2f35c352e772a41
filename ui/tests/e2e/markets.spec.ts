import type { Page } from '@playwright/test'
import { expect, open, test, toast, violations } from './fixtures'

const ACCOUNT = '0197a1c0-0000-7000-8000-000000000001'
const MARKETS = `${ACCOUNT}/markets`
const CUT = 'Will the central bank cut its deposit rate at the 10 December meeting?'
const LEASE = 'Will the port lease of Varenna be extended?'

const row = (page: Page, question: string) => page.getByRole('row').filter({ hasText: question })

test('the lost connection is said once above, and every price says from when it is', async ({ page }) => {
  await open(page, MARKETS, { fake: 'reconnecting' })
  await expect(page.getByText('Prices are from 14:01:52')).toBeVisible()
  await expect(page.getByText(/Cached,\s14:01/).first()).toBeVisible()
  await expect(page.getByText(/Live,\s/)).toHaveCount(0)
  expect(await violations(page)).toEqual([])
})

test('what fails to be read says why, and is read again', async ({ page }) => {
  await open(page, MARKETS, { fake: 'broken' })
  await expect(page.getByRole('heading', { name: 'The markets can’t be read' })).toBeVisible()
  await page.evaluate(() => window.fake?.fail('entities', false))
  await page.evaluate(() => window.fake?.fail('series', false))
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText(CUT)).toBeVisible()
})

test('two accounts of one platform are told apart by more than a colour', async ({ page, isMobile }) => {
  await open(page, MARKETS)
  await expect(
    page.getByRole('row').or(page.getByRole('listitem')).filter({ hasText: CUT }).first(),
  ).toBeVisible()
  // A phone has no rail that says whose they are.
  if (isMobile) await expect(page.locator('.bar').first()).toContainText('maren')
  await open(page, 'inbox')
  await expect(page.locator('[data-key]').filter({ hasText: 'Market resolved: YES' })).toContainText('maren')
  await expect(page.locator('[data-key]').filter({ hasText: 'Payment failed' })).not.toContainText('petrov')
})

test('what the words and the star of a row mean stands below the rows, and counts all', async ({ page }) => {
  await open(page, MARKETS)
  const why = page.getByText('4 markets are live. Others show their last known price', { exact: false })
  const first = page.getByText(CUT)
  expect((await why.boundingBox())?.y ?? 0).toBeGreaterThan((await first.boundingBox())?.y ?? Infinity)
})

test('an account without markets says when they will appear', async ({ page }) => {
  await open(page, MARKETS, { fake: 'empty' })
  await expect(page.getByRole('heading', { name: 'No markets yet' })).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test.describe('on a desktop', () => {
  test.skip(({ isMobile }) => isMobile, 'a phone has no table')

  test('followed markets are live, the others show their last price and no change', async ({ page }) => {
    await open(page, MARKETS)
    await expect(row(page, CUT)).toContainText('Live, 2 s ago')
    await expect(row(page, CUT)).toContainText(/[▲▼]/)
    await expect(row(page, LEASE)).toContainText('Cached, 13:31')
    await expect(row(page, LEASE)).not.toContainText(/[▲▼]/)
    await expect(page.getByText('4 markets are live.')).toBeVisible()
  })

  test('a trade moves a price and no row', async ({ page }) => {
    await open(page, MARKETS)
    const before = await page.getByRole('rowheader').allInnerTexts()
    await page.evaluate(() => window.fake?.trade(0, 'm-104', { yes: 299 }))
    await expect(row(page, 'Will steel rebates pass this year?')).toContainText('0.299')
    await expect(row(page, 'Will steel rebates pass this year?')).toContainText('0.701')
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(before)
  })

  test('the star joins a market’s room, and its next trade is live', async ({ page }) => {
    await open(page, MARKETS)
    const star = page.getByRole('button', { name: `Follow: ${LEASE}` })
    await star.click()
    await expect(star).toHaveAttribute('aria-pressed', 'true')
    await expect(page.getByRole('link', { name: 'Rooms 6' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Followed 5' })).toBeVisible()
    // What was kept before is not live: nobody knows what happened in between.
    await expect(row(page, LEASE)).toContainText('Cached, 13:31')
    await page.evaluate(() => window.fake?.trade(0, 'm-106', { yes: 740 }))
    await expect(row(page, LEASE)).toContainText('Live, 0 s ago')
    await expect(row(page, LEASE)).toContainText('0.740')
    await star.click()
    await expect(page.getByRole('button', { name: 'Followed 4' })).toBeVisible()
  })

  test('a star that the server does not grant goes back and says why', async ({ page }) => {
    await open(page, MARKETS, { fail: 'follow' })
    const star = page.getByRole('button', { name: `Follow: ${LEASE}` })
    await star.click()
    await expect(toast(page, 'Not followed')).toBeVisible()
    await expect(star).toHaveAttribute('aria-pressed', 'false')
  })

  test('searching leaves what holds every word', async ({ page }) => {
    await open(page, MARKETS)
    await page.getByRole('searchbox', { name: 'Find a market' }).fill('weather snow')
    await expect(page.getByRole('rowheader')).toHaveCount(1)
    await expect(page.getByRole('rowheader')).toContainText('Will it snow in Lindholm')
    await expect(page.getByText('4 markets are live.')).toBeVisible()
    await page.getByRole('searchbox', { name: 'Find a market' }).fill('rebbar')
    await expect(page.getByRole('heading', { name: 'Nothing found for “rebbar”' })).toBeVisible()
  })

  test('resolved markets say how they ended', async ({ page }) => {
    await open(page, MARKETS)
    await page.getByRole('button', { name: 'Resolved 5' }).click()
    const ended = row(page, 'Will crude oil close above $80 on 19 November?')
    await expect(ended).toContainText('1,902.6')
    await expect(ended).toContainText('861')
    await expect(ended).toContainText('YES')
    expect(await violations(page)).toEqual([])
  })

  test('of hundreds a page is drawn, and more on request', async ({ page }) => {
    await open(page, MARKETS, { fake: 'many' })
    await expect(page.getByRole('rowheader')).toHaveCount(40)
    await page.getByRole('button', { name: '492 more' }).click()
    await expect(page.getByRole('rowheader')).toHaveCount(80)
  })
})
