import { expect, open, test } from './fixtures'

test('what is typed is searched, and what was found stands out', async ({ page }) => {
  await open(page, 'search')
  await expect(page.getByText('Search what was received')).toBeVisible()
  await page.getByRole('searchbox').fill('market res')
  await expect(page.getByText('2 notices')).toBeVisible()
  await expect(page.locator('mark').filter({ hasText: /^res$/ })).toHaveCount(2)
  await expect(page.getByRole('heading', { name: 'Today, 1' })).toBeVisible()
  await page.getByRole('link', { name: /Market resolved: YES/ }).click()
  await expect(page.getByRole('heading', { name: 'Market resolved: YES' })).toBeFocused()
  await expect(page).toHaveTitle('Market resolved: YES · Carillon')
  await page.goBack()
  await expect(page.getByRole('searchbox')).toHaveValue('market res')
})

test('what is found in several accounts can be narrowed to one', async ({ page }) => {
  await open(page, 'search?text=the')
  const narrow = page.getByRole('navigation', { name: 'Account' })
  await narrow.getByRole('button', { name: /^Sparring/ }).click()
  await expect(page.getByRole('link', { name: /Training moved/ })).toBeVisible()
  await expect(page.getByRole('link', { name: /Market resolved/ })).toHaveCount(0)
})

test('it says whose newest notices are not searched yet', async ({ page }) => {
  await open(page, 'search?text=market')
  await expect(page.getByText('Sparring is not complete yet: newer notices are not searched.')).toBeVisible()
})

test('a search that fails says why and can be made again', async ({ page }) => {
  await open(page, 'search?text=market', { fail: 'search' })
  await expect(page.getByRole('heading', { name: 'The search failed' })).toBeVisible()
  await page.evaluate(() => window.fake?.fail('search', false))
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('2 notices')).toBeVisible()
})
