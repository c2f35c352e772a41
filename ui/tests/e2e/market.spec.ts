import type { Page } from '@playwright/test'
import { expect, NOW, open, overflow, test, violations, wear } from './fixtures'

const ACCOUNT = '0197a1c0-0000-7000-8000-000000000001'
const OPEN = `${ACCOUNT}/market/m-101`
const RESOLVED = `${ACCOUNT}/market/m-61`

/** Presses a radio button's label: that is what a finger or a pointer meets. */
async function choose(page: Page, name: string): Promise<void> {
  await page
    .locator('label')
    .filter({ has: page.getByRole('radio', { name, exact: true }) })
    .click()
  await expect(page.getByRole('radio', { name, exact: true })).toBeChecked()
}

test('a market whose connection was lost looks stale', async ({ page }) => {
  await open(page, OPEN)
  await page.evaluate(() => {
    window.fake?.trade(0, 'm-101', {
      yes: 630,
      shares: 4_000,
      direction: 'buy',
      outcome: 'YES',
      trader: '@tomas',
    })
    window.fake?.lose(0)
    window.fake?.advance(4_000)
  })
  await expect(page.getByText('Stale since 14:03')).toBeVisible()
  await expect(page.getByText('Prices are from 14:03:00')).toBeVisible()
  await expect(page.getByText('The connection dropped. Next try in 3 s.')).toBeVisible()
  // How a price moved that is not what it is now says nothing.
  await expect(page.getByText('24 h change not known')).toHaveCount(0)
  await expect(page.getByText('paused at 14:03')).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await wear(page, colorScheme)
    await expect(page).toHaveScreenshot(`market-stale-${colorScheme}.png`)
    const found = await violations(page, { colours: colorScheme === 'light' ? 'too' : 'only' })
    expect(found, colorScheme).toEqual([])
  }
  // Each try leaves the time of the loss as it is.
  await page.evaluate(() => window.fake?.advance(16_000))
  await expect(page.getByText('Oddsfield does not answer')).toBeVisible()
  await expect(page.getByText('5 tries since 14:03. Next try in 55 s.')).toBeVisible()
  await expect(page.getByText('Stale since 14:03')).toBeVisible()
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect(page.getByText('Prices are from')).toHaveCount(0)
  await expect(page.getByText('Stale since')).toHaveCount(0)
})

test('a resolved market says how it ended, and cannot be followed', async ({ page }) => {
  await open(page, RESOLVED)
  await expect(page.getByText('Final since 13:31')).toBeVisible()
  await expect(page.getByText('Settlement $81.14 on 19 November')).toBeVisible()
  const results = page.getByRole('region', { name: 'Results' })
  await expect(results.getByRole('definition')).toHaveText(['YES', '1,902.6 ETH', '861', '0.500 ETH'])
  await expect(results.getByRole('listitem')).toHaveText([
    /13:31:00\s+Resolved: YES/,
    /13:29:52\s+Trading ended/,
  ])
  await expect(page.getByRole('heading', { name: 'Last trades' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Follow' })).toHaveCount(0)
})

test('a trade is first in the list and moves prices, change and chart', async ({ page, isMobile }) => {
  await open(page, OPEN)
  const trades = page.getByRole('listitem').filter({ hasText: '@' })
  await expect(trades.first()).not.toContainText('60.5')
  const main = page.getByRole('main')
  const before = await main.innerText()
  // What is traded elsewhere changes nothing here.
  await page.evaluate(() =>
    window.fake?.trade(0, 'm-102', {
      yes: 655,
      shares: 6_050,
      direction: 'buy',
      outcome: 'YES',
      trader: '@kestrel',
    }),
  )
  await expect
    .poll(() => page.evaluate(() => window.fake?.world.accounts[0]?.view.lastEventAt))
    .toBe(Date.parse(NOW))
  expect(await main.innerText()).toBe(before)
  if (!isMobile) await expect(page.getByText('YES: 0.634 | NO: 0.366')).toBeVisible()
  await page.evaluate(() =>
    window.fake?.trade(0, 'm-101', {
      yes: 655,
      shares: 6_050,
      direction: 'buy',
      outcome: 'YES',
      trader: '@kestrel',
    }),
  )
  await expect(trades.first()).toContainText('Buy YES 60.5 @ 0.655')
  await expect(trades.first()).toContainText('39.628 ETH')
  await expect(page.getByRole('slider')).toHaveAccessibleName(/to 0\.655 ETH/)
  await expect(page.getByText('0.345')).not.toHaveCount(0)
  if (!isMobile) await expect(page.getByText('YES: 0.655 | NO: 0.345')).toBeVisible()
})

test('arrow keys read the chart value by value', async ({ page, isMobile }) => {
  test.skip(isMobile, 'a phone has no arrow keys')
  await open(page, OPEN)
  const chart = page.getByRole('slider')
  await chart.focus()
  await expect(chart).toHaveAttribute('aria-valuetext', 'Arrow keys read it value by value')
  await page.keyboard.press('End')
  await expect(chart).toHaveAttribute('aria-valuetext', '14:03 · YES 0.634 · NO 0.366')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  const before = await chart.getAttribute('aria-valuetext')
  expect(before).toMatch(/^14:0\d · YES 0\.\d{3} · NO 0\.\d{3}$/)
  await expect(page.getByText(before ?? '', { exact: true })).toBeVisible()
  // What comes meanwhile does not move it.
  await page.evaluate(() => window.fake?.trade(0, 'm-101', { yes: 640 }))
  await expect(chart).toHaveAttribute('aria-valuetext', before ?? '')
  await page.keyboard.press('Escape')
  await expect(chart).toHaveAttribute('aria-valuetext', 'Arrow keys read it value by value')
})

test('a span in which events may be missing is not drawn and not read', async ({ page, isMobile }) => {
  test.skip(isMobile, 'a phone has no arrow keys')
  await open(page, OPEN)
  await choose(page, '7 d')
  const chart = page.getByRole('slider')
  await chart.focus()
  await page.keyboard.press('Home')
  let found = false
  for (let step = 0; step < 300 && !found; step++) {
    await page.keyboard.press('ArrowRight')
    found = (await chart.getAttribute('aria-valuetext'))?.includes('YES not known') === true
  }
  expect(found).toBe(true)
})

test('an opened market is joined for as long as one looks at it', async ({ page }) => {
  const watched = (): Promise<string[] | undefined> =>
    page.evaluate(() =>
      window.fake?.world.accounts[0]?.view.topics.filter((topic) => !topic.followed).map((topic) => topic.id),
    )
  await open(page, OPEN.replace('m-101', 'm-106'))
  await expect.poll(watched).toEqual(['m-106'])
  await page.getByRole('link', { name: 'Inbox' }).first().click()
  await expect(page.getByRole('heading', { name: 'Inbox', level: 1 })).toBeVisible()
  await expect.poll(watched).toEqual([])
})

test('the same values are there as a table', async ({ page }) => {
  await open(page, OPEN)
  await choose(page, 'Table')
  const table = page.getByRole('table')
  await expect(table.getByRole('row').nth(1)).toContainText('14:02:58')
  await expect(table.getByRole('row').nth(1)).toContainText('0.634')
  await expect(page.getByRole('slider')).toHaveCount(0)
  expect(await violations(page)).toEqual([])
})

test('what is traded while one reads further down waits above', async ({ page, isMobile }) => {
  test.skip(isMobile, 'on a phone the trades are part of the page')
  await open(page, OPEN)
  const list = page.getByRole('list', { name: 'Live Trades' })
  await list.hover()
  await page.mouse.wheel(0, 900)
  await expect(list.getByText('@tomas').first()).toBeVisible()
  const top = () => list.evaluate((element) => element.scrollTop)
  await expect.poll(top).toBe(900)
  await page.evaluate(() => {
    for (const yes of [640, 641, 642]) window.fake?.trade(0, 'm-101', { yes })
  })
  const waiting = page.getByRole('button', { name: '3 new' })
  await expect(waiting).toBeVisible()
  expect(await top()).toBe(900)
  await waiting.click()
  await expect.poll(top).toBe(0)
  await expect(list.getByRole('listitem').first()).toContainText(/0\.642|0\.358/)
  await expect(waiting).toHaveCount(0)
})

test('older trades are read when one comes to the end', async ({ page, isMobile }) => {
  test.skip(isMobile, 'a phone has a button for it')
  await open(page, OPEN)
  const list = page.getByRole('list', { name: 'Live Trades' })
  const height = () => list.evaluate((element) => element.scrollHeight)
  const before = await height()
  await list.evaluate((element) => {
    element.scrollTop = element.scrollHeight
  })
  await expect.poll(height).toBeGreaterThan(before)
})

test('older trades that can’t be read leave the others, and are read again when asked for', async ({
  page,
  isMobile,
}) => {
  await open(page, OPEN)
  const lines = page.getByRole('listitem').filter({ hasText: '@' })
  await expect(lines.first()).toBeVisible()
  await page.evaluate(() => window.fake?.fail('activity'))
  const more = page.getByRole('button', { name: 'Show more' })
  if (isMobile) {
    while (await more.isVisible()) await more.click()
  } else {
    await page.getByRole('list', { name: 'Live Trades' }).evaluate((element) => {
      element.scrollTop = element.scrollHeight
    })
  }
  await expect(page.getByText('Older trades can’t be read.')).toBeVisible()
  await expect(lines.first()).toBeAttached()
  await page.evaluate(() => window.fake?.fail('activity', false))
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('Older trades can’t be read.')).toHaveCount(0)
  if (isMobile) await expect(more).toBeVisible()
})

test('a market that nobody has traded is drawn, and its first trade moves it', async ({ page }) => {
  for (const id of ['m-202', 'm-201']) {
    await open(page, `${ACCOUNT}/market/${id}`, { fake: 'new-markets' })
    await expect(page.getByText('Not traded yet')).toBeVisible()
    await expect(page.getByText('No trades yet')).toBeVisible()
    await expect(page.getByRole('slider')).toHaveAccessibleName('The line begins with the first trade.')
    await expect(page.getByText('This page failed to draw')).toHaveCount(0)
    expect(await violations(page)).toEqual([])
    expect(await overflow(page)).toEqual([])
  }
  await choose(page, 'All')
  await choose(page, '24 h')
  await page.evaluate(() =>
    window.fake?.trade(0, 'm-201', {
      yes: 520,
      shares: 1_000,
      direction: 'buy',
      outcome: 'YES',
      trader: '@tomas',
    }),
  )
  await expect(page.getByRole('listitem').filter({ hasText: '@' }).first()).toContainText(
    'Buy YES 10.0 @ 0.520',
  )
  await expect(page.getByRole('slider')).toHaveAccessibleName(/to 0\.520 ETH/)
})

test('a market is drawn where the system names no language', async ({ page }) => {
  // What WebKit says in a system whose locale is C.
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'language', { get: () => 'C' })
    Object.defineProperty(Navigator.prototype, 'languages', { get: () => ['C'] })
  })
  await open(page, OPEN)
  await expect(page.getByRole('slider')).toHaveAccessibleName(/to 0\.634 ETH/)
})

test('a market that is on a screen alone shows its prices, once they are live', async ({
  page,
  isMobile,
}) => {
  test.skip(isMobile, 'a phone has no room for them there')
  await open(page, OPEN.replace('m-101', 'm-106'))
  await expect(page.getByText('Cached, 13:31, not followed')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Live Trades' })).toHaveCount(0)
  await page.evaluate(() => window.fake?.trade(0, 'm-106', { yes: 740 }))
  await expect(page.getByText('YES: 0.740 | NO: 0.260')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Live Trades' })).toBeVisible()
  await expect(page.getByText('not followed')).toHaveCount(0)
})

test('prices that were kept have one age, above and beside them', async ({ page }) => {
  await open(page, OPEN, { fake: 'offline' })
  await expect(page.getByText('Prices are from 13:53:56')).toBeVisible()
  await expect(page.getByText(/^\s*Cached,\s13:53\s*$/).first()).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Live Trades' })).toHaveCount(0)
})

test('that nobody traded a market is said only where one would know', async ({ page }) => {
  await open(page, `${ACCOUNT}/market/m-201`, { fake: 'new-markets' })
  await expect(page.getByText('Not traded yet')).toBeVisible()
  await page.evaluate(() => window.fake?.lose(0))
  await expect(page.getByText('No price received yet')).toBeVisible()
  await expect(page.getByText('No trade was received.')).toBeVisible()
  await expect(page.getByText('Not traded yet')).toHaveCount(0)
  await expect(page.getByRole('slider')).toHaveAccessibleName('No price was received.')
})

test('a market of an account that can’t be opened says so, and leads to its connection', async ({ page }) => {
  await open(page, '0197a1c0-0000-7000-8000-000000000063/market/m-101', { fake: 'broken' })
  await expect(page.getByRole('heading', { name: 'Northyard can’t be opened' })).toBeVisible()
  await page.getByRole('link', { name: 'Open the connections' }).click()
  await expect(page.getByRole('button', { name: 'Remove Northyard' })).toBeVisible()
})

test('a market of which nothing was received says so', async ({ page }) => {
  await open(page, `${ACCOUNT}/market/m-0`)
  await expect(page.getByText('This market is not known')).toBeVisible()
})
