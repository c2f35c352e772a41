import { expect, open, test, toast } from './fixtures'

test('from the first run to an archived notice and back', async ({ page, isMobile }) => {
  await open(page, '', { fake: 'first-run' })
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Many bells, one keyboard.')
  await page.getByRole('link', { name: /^Sign in to a platform/ }).click()

  await expect(page.getByRole('heading', { name: 'Sign in to Oddsfield' })).toBeVisible()
  if (isMobile) {
    await page.getByRole('combobox', { name: 'Platform' }).click()
    await page.getByRole('option', { name: 'Northyard' }).click()
  } else await page.getByRole('radio', { name: 'Northyard' }).check({ force: true })
  await page.getByLabel('Server').fill('https://northyard.example')
  await page.getByLabel('User name or e-mail').fill('i.petrov')
  await page.getByLabel('Password', { exact: true }).fill('a password')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()

  await expect(toast(page, 'Northyard is added.')).toBeVisible()
  await expect(page).toHaveTitle('Inbox · Carillon')
  await page.getByRole('button', { name: 'Let it ring' }).click()
  await expect(page.getByRole('button', { name: 'Let it ring' })).toHaveCount(0)

  const row = page.locator('[data-key]').filter({ hasText: 'Payment failed: invoice INV-2291' })
  await row.click()
  await expect(page.getByRole('heading', { name: 'Payment failed: invoice INV-2291' })).toBeVisible()
  await page.getByRole('button', { name: 'Archive', exact: true }).last().click()
  await expect(row).toHaveCount(0)
  if (isMobile) await expect(page.getByRole('heading', { level: 1, name: 'Inbox' })).toBeVisible()

  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row).toBeVisible()
  // It was read when it was opened, and stays so.
  await expect(row).not.toContainText('Unread')
})

test('the demo starts, and its accounts are in the inbox', async ({ page }) => {
  await open(page, '', { fake: 'first-run' })
  await page.getByRole('button', { name: /^Try the demo/ }).click()
  await expect(page).toHaveTitle('Inbox · Carillon')
  await expect(page.locator('[data-key]').first()).toBeVisible()
})

test('a demo that does not start says why and can be tried again', async ({ page }) => {
  await open(page, '', { fake: 'first-run', fail: 'start_demo' })
  const demo = page.getByRole('button', { name: /^Try the demo/ })
  await demo.click()
  await expect(page.getByRole('alert').filter({ hasText: 'The demo did not start' })).toBeVisible()
  await page.evaluate(() => window.fake?.fail('start_demo', false))
  await demo.click()
  await expect(page).toHaveTitle('Inbox · Carillon')
})
