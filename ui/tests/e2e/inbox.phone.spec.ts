import type { Locator, Page } from '@playwright/test'
import { expect, open, test } from './fixtures'

const row = (page: Page, title: string) => page.locator('[data-key]').filter({ hasText: title })

/** Moves a finger over a row sideways, by so many pixels. */
async function swipe(page: Page, on: Locator, by: number): Promise<void> {
  const box = await on.boundingBox()
  if (box === null) throw new Error('The row is not there')
  const x = box.x + box.width / 2
  const y = box.y + box.height / 2
  const touch = await page.context().newCDPSession(page)
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] })
  for (let part = 1; part <= 8; part += 1) {
    await touch.send('Input.dispatchTouchEvent', {
      type: 'touchMove',
      touchPoints: [{ x: x + (by * part) / 8, y }],
    })
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

test('a swipe to the left archives, and undo brings it back', async ({ page }) => {
  await open(page, 'inbox')
  await swipe(page, row(page, 'Market resolved: YES'), -160)
  await expect(row(page, 'Market resolved: YES')).toHaveCount(0)
  await expect(page).toHaveURL(/#\/inbox$/)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row(page, 'Market resolved: YES')).toBeVisible()
})

test('a swipe to the right marks read, and a short one does nothing', async ({ page }) => {
  await open(page, 'inbox')
  const training = row(page, 'Training moved to 18:30')
  await swipe(page, training, 50)
  await expect(training).toHaveClass(/unread/)
  await swipe(page, training, 160)
  await expect(training).not.toHaveClass(/unread/)
})

test('a finger that rests on a row is told its exact time, and opens nothing', async ({ page }) => {
  await open(page, 'inbox')
  const box = await row(page, 'Market resolved: YES').boundingBox()
  if (box === null) throw new Error('The row is not there')
  const touch = await page.context().newCDPSession(page)
  const touchPoints = [{ x: box.x + 120, y: box.y + box.height / 2 }]
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
  await expect(page.getByText(/^Thu, 19 Nov 2026, 13:31:00\.000 UTC$/)).toBeVisible()
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await expect(page).toHaveURL(/#\/inbox$/)
  await row(page, 'Market resolved: YES').tap()
  await expect(page.getByRole('heading', { name: 'Market resolved: YES' })).toBeVisible()
})

test('a notice takes the whole window, and the way back leads to where the list was', async ({ page }) => {
  await open(page, 'inbox', { fake: 'many' })
  await expect(page.locator('[data-key]').first()).toBeVisible()
  const key = await page.locator('[data-key]').last().getAttribute('data-key')
  const last = page.locator(`[data-key="${key ?? ''}"]`)
  await last.scrollIntoViewIfNeeded()
  // The list draws what comes into view, and moves the rows while it does.
  await expect(last).toBeInViewport({ ratio: 1 })
  const title = await last
    .locator('.title')
    .evaluate((element) => element.lastChild?.textContent?.trim() ?? '')
  // While a list scrolls its rows take no clicks, and whoever tries again scrolls it once more.
  await expect(last).toHaveCSS('pointer-events', 'auto')
  await last.click()
  await expect(page.getByRole('heading', { name: title })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Mark all as read' })).toBeHidden()
  await page.getByRole('link', { name: 'Back' }).click()
  await expect(last).toBeInViewport()
})
