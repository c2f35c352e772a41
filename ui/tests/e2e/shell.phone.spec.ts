import { expect, open, test } from './fixtures'

test('tabs stand below and are large enough for a finger', async ({ page }) => {
  await open(page, 'kit')
  const tabs = page.getByRole('navigation', { name: 'Main' })
  for (const tab of await tabs.getByRole('link').all()) {
    const box = await tab.boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(44)
    expect(box?.width).toBeGreaterThanOrEqual(44)
  }
})

test('a tap on an account leads to what it has', async ({ page }) => {
  await open(page, 'inbox')
  const tabs = page.getByRole('navigation', { name: 'Main' })
  await tabs.getByRole('link', { name: 'Accounts' }).tap()
  // Rows of the inbox begin with the same words.
  const accounts = page.getByRole('main').getByRole('navigation', { name: 'Accounts' })
  await accounts.getByRole('link', { name: /^Oddsfield, maren/ }).tap()
  const has = page.getByRole('navigation', { name: 'What this account has' })
  await has.getByRole('link', { name: /^Markets/ }).tap()
  await expect(page).toHaveTitle('Markets, Oddsfield, maren · Carillon')
  await expect(tabs.getByRole('link', { name: 'Accounts' })).toHaveAttribute('aria-current', 'page')
  await page.getByRole('link', { name: 'Back' }).tap()
  await has.getByRole('link', { name: /^Rooms/ }).tap()
  await expect(page).toHaveTitle('Rooms, Oddsfield, maren · Carillon')
})
