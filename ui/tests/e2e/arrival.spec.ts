import type { Page } from '@playwright/test'
import { expect, open, test, toast } from './fixtures'

const FIRST = '0197a1c0-0000-7000-8000-000000000001'

/** Lets notices arrive at the first account. */
async function arrive(page: Page, titles: readonly string[], market?: string): Promise<void> {
  await page.evaluate(
    ([all, id]) => {
      window.fake?.notify(
        0,
        all.map((title) => ({
          category: 'trade',
          level: 'info' as const,
          title,
          body: 'YES @ 0.631',
          ago: 0,
          ...(id === undefined ? {} : { about: { kind: 'market', id } }),
        })),
      )
    },
    [titles, market] as const,
  )
}

test('a notice that arrives while one looks elsewhere in the window is told there, and leads to it', async ({
  page,
}) => {
  await open(page, 'settings')
  await arrive(page, ['New sell trade: 25 shares'])
  await expect(toast(page, 'New sell trade: 25 shares')).toBeVisible()
  await expect(toast(page, 'YES @ 0.631')).toBeVisible()
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Open' }).click()
  await expect(page.getByRole('heading', { name: 'New sell trade: 25 shares' })).toBeFocused()
  await expect(page).toHaveTitle('New sell trade: 25 shares · Carillon')
  await expect(page.locator('article')).toContainText('YES @ 0.631')
})

test('many that arrive are one message', async ({ page }) => {
  await open(page, 'settings')
  for (const title of ['One', 'Two', 'Three']) await arrive(page, [title, `${title} again`])
  await expect(toast(page, '6 new notices')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Messages' }).getByRole('listitem')).toHaveCount(1)
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Inbox' }).click()
  await expect(page).toHaveTitle('Inbox · Carillon')
})

test('what the page shows already is not told once more', async ({ page }) => {
  await open(page, `${FIRST}/market/m-101`)
  await arrive(page, ['About the market that is open'], 'm-101')
  await arrive(page, ['About another market'], 'm-102')
  await expect(toast(page, 'About another market')).toBeVisible()
  await expect(toast(page, 'About the market that is open')).toHaveCount(0)
})

test('in the inbox it appears in the list alone, and rings there', async ({ page }) => {
  await open(page, 'inbox')
  await arrive(page, ['New sell trade: 25 shares'])
  const row = page.locator('[data-key]').filter({ hasText: 'New sell trade: 25 shares' })
  await expect(row).toHaveClass(/fresh/)
  await expect(toast(page, 'New sell trade: 25 shares')).toHaveCount(0)
})
