import { expect, open, test, violations } from './fixtures'

test('going to a page names the window and moves the focus to its heading', async ({ page }) => {
  await open(page, 'kit')
  await expect(page).toHaveTitle('Parts and states · Carillon')
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Inbox/ })
    .click()
  await expect(page.locator('[data-page-heading]').first()).toBeFocused()
  await expect(page).toHaveTitle('Inbox · Carillon')
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Parts and states' })).toBeFocused()
})

test('an address that is nowhere says so and leads to the inbox', async ({ page }) => {
  await open(page, 'nowhere/at/all')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found')
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'Open the inbox' }).click()
  await expect(page).toHaveTitle('Inbox · Carillon')
})

test('colours follow the system until a person chooses', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await open(page, 'kit')
  const root = page.locator('html')
  await expect(root).toHaveAttribute('data-theme', 'light')
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect(root).toHaveAttribute('data-theme', 'dark')
  await page.evaluate(() => {
    const { fake } = window
    if (fake) fake.tell({ type: 'settings', settings: { ...fake.world.settings, theme: 'light' } })
  })
  await expect(root).toHaveAttribute('data-theme', 'light')
})
