import type { Page } from '@playwright/test'
import { expect, open, test } from './fixtures'

const row = (page: Page, title: string) => page.locator('[data-key]').filter({ hasText: title })

test('it is worked through with single letters', async ({ page }) => {
  await open(page, 'inbox')
  await expect(row(page, 'Market resolved: YES')).toBeVisible()
  await page.keyboard.press('j')
  await expect(row(page, 'Arrears of 30 days')).toBeFocused()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await expect(row(page, 'Payment failed')).toBeFocused()

  await page.keyboard.press('e')
  await expect(row(page, 'Payment failed')).toHaveCount(0)
  await expect(row(page, 'Market resolved: YES')).toBeFocused()
  await page.keyboard.press('z')
  await expect(row(page, 'Payment failed')).toBeFocused()

  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Payment failed: invoice INV-2291' })).toBeFocused()
  await expect(row(page, 'Payment failed')).not.toHaveClass(/unread/)
  await page.keyboard.press('u')
  await expect(row(page, 'Payment failed')).toHaveClass(/unread/)
})

test('Z takes back what the person did, not that a notice was read by being opened', async ({ page }) => {
  await open(page, 'inbox')
  await row(page, 'Payment failed').focus()
  await page.keyboard.press('e')
  await expect(row(page, 'Payment failed')).toHaveCount(0)
  await row(page, 'Training moved to 18:30').click()
  await expect(row(page, 'Training moved to 18:30')).not.toHaveClass(/unread/)
  await page.keyboard.press('z')
  await expect(row(page, 'Payment failed')).toBeVisible()
  await expect(row(page, 'Training moved to 18:30')).not.toHaveClass(/unread/)
})

test('a time is exact where one points at it or comes to it with Tab', async ({ page }) => {
  const exact = page.getByText(/^Thu, 19 Nov 2026, 13:31:00\.000 UTC$/)
  // In the inbox the actions of a row that is pointed at stand over its time.
  await open(page, 'search?text=market')
  await page
    .getByRole('link', { name: /Market resolved: YES/ })
    .locator('time')
    .hover()
  await expect(exact).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(exact).toHaveCount(0)
  await open(page, 'inbox')
  await expect(row(page, 'Market resolved: YES')).toHaveAccessibleName(/13:31:00\.000 UTC/)
  await row(page, 'Market resolved: YES').click()
  await page.getByRole('heading', { name: 'Market resolved: YES' }).focus()
  await page.keyboard.press('Shift+Tab')
  await expect(page.locator('article .meta time')).toBeFocused()
  await expect(exact).toBeVisible()
})

test('with letters off they do nothing, and arrows still move', async ({ page }) => {
  await open(page, 'inbox')
  await expect(row(page, 'Market resolved: YES')).toBeVisible()
  await page.evaluate(() => {
    const { fake } = window
    if (fake) fake.tell({ type: 'settings', settings: { ...fake.world.settings, letterShortcuts: 'off' } })
  })
  await row(page, 'Arrears of 30 days').focus()
  // The list draws the rows anew that the settings changed.
  await expect(row(page, 'Arrears of 30 days')).toBeFocused()
  await page.keyboard.press('e')
  await page.keyboard.press('ArrowDown')
  await expect(row(page, 'Payment failed')).toBeFocused()
  await expect(row(page, 'Arrears of 30 days')).toBeVisible()
})

test('the list is one tab stop', async ({ page }) => {
  await open(page, 'inbox')
  await row(page, 'Market resolved: YES').focus()
  await page.keyboard.press('Tab')
  await expect(page.locator('[data-key]:focus')).toHaveCount(0)
  await page.keyboard.press('Shift+Tab')
  await expect(row(page, 'Market resolved: YES')).toBeFocused()
})

test('a pointer over a row finds its actions there', async ({ page }) => {
  await open(page, 'inbox')
  await row(page, 'Training moved to 18:30').hover()
  await page.getByRole('button', { name: 'Archive', exact: true }).and(page.locator(':visible')).click()
  await expect(row(page, 'Training moved to 18:30')).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row(page, 'Training moved to 18:30')).toBeVisible()
})
