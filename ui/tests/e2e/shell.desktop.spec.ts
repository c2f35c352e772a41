import type { Locator } from '@playwright/test'
import { expect, open, test, violations } from './fixtures'

const FIRST = '0197a1c0-0000-7000-8000-000000000001'

test('the status bar says how many accounts are in each state', async ({ page }) => {
  await open(page, 'kit')
  const status = page.getByRole('contentinfo')
  await expect(status).toContainText('2 live')
  await expect(status).toContainText('1 catching up')
  await expect(status).toContainText('1 reconnecting')
  await expect(status).toContainText('1 asks for sign-in')
  await expect(status).toContainText('Complete up to 13:57:56, but for gaps and 1 disconnected account')
})

test('the counts of the rail add up: kinds to their account, accounts to the inbox, and that to its list', async ({
  page,
}) => {
  await open(page, `${FIRST}/markets`)
  const rail = page.getByRole('navigation', { name: 'Main' })
  const of = (text: string): number => Number(/(\d+) unread/.exec(text)?.[1] ?? 0)
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)
  const countsOf = async (links: Locator): Promise<number[]> => (await links.allInnerTexts()).map(of)
  const accounts = rail.getByRole('list', { name: 'Accounts' })
  const [first = 0, ...others] = await countsOf(accounts.locator('.account'))
  const kinds = await countsOf(accounts.locator('.kinds').getByRole('link'))
  expect(kinds.length).toBeGreaterThan(1)
  expect(sum(kinds)).toBe(first)
  const [inbox = 0] = await countsOf(rail.getByRole('link', { name: /^Inbox/ }))
  expect(first + sum(others)).toBe(inbox)
  await page.goto(page.url().replace(/#.*/, '#/inbox?filter=unread'))
  await expect(page.locator('[data-key]')).toHaveCount(inbox)
})

test('F6 walks the parts of the window and comes back to where one was', async ({ page }) => {
  await open(page, 'kit')
  await page.getByRole('button', { name: 'Snooze' }).focus()
  await page.keyboard.press('F6')
  await expect(page.getByRole('contentinfo').locator(':focus')).toHaveCount(1)
  // Messages are a part of the window while there are some.
  await page.keyboard.press('F6')
  await expect(page.getByRole('region', { name: 'Messages' }).locator(':focus')).toHaveCount(1)
  await page.keyboard.press('F6')
  await expect(page.getByRole('navigation', { name: 'Main' }).locator(':focus')).toHaveCount(1)
  await page.keyboard.press('F6')
  await expect(page.getByRole('button', { name: 'Snooze' })).toBeFocused()
  await page.keyboard.press('Shift+F6')
  await expect(page.getByRole('navigation', { name: 'Main' }).locator(':focus')).toHaveCount(1)
})

test('the rail keeps bells only where the window is narrow, with all names to be heard', async ({ page }) => {
  await page.setViewportSize({ width: 820, height: 900 })
  await open(page, 'kit')
  const rail = page.getByRole('navigation', { name: 'Main' })
  expect((await rail.boundingBox())?.width).toBe(60)
  await expect(rail.getByRole('listitem').filter({ hasText: /Northyard\s+Live · 18 ms/ })).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('keys that are single letters can be turned off', async ({ page }) => {
  await open(page, 'kit')
  await page.keyboard.press('?')
  const dialog = page.getByRole('dialog', { name: 'Keys' })
  await expect(dialog).toContainText('Show all keys')
  await page.keyboard.press('Escape')
  await page.evaluate(() => {
    const { fake } = window
    if (fake) fake.tell({ type: 'settings', settings: { ...fake.world.settings, letterShortcuts: 'off' } })
  })
  await page.keyboard.press('?')
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await expect(dialog).toBeHidden()
  expect(page.url()).toContain('#/kit')
})

test('the skip link leads past the rail', async ({ page }) => {
  await open(page, 'kit')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('main').locator(':focus')).toHaveCount(1)
})
