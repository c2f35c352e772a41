import type { Page } from '@playwright/test'
import { expect, open, settled, test, violations } from './fixtures'

/** What the last change did, in a line below the section's title. */
const said = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).first()

test('each section is found by its name', async ({ page }) => {
  await open(page, 'settings')
  const sections = page.getByRole('navigation', { name: 'Sections' })
  for (const section of ['Appearance', 'Keyboard', 'Security', 'About', 'Notifications']) {
    await sections.getByRole('link', { name: section }).click()
    await expect(page.getByRole('region', { name: section })).toBeVisible()
  }
})

test('a theme is chosen at once and says so', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await open(page, 'settings/appearance')
  await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(said(page, 'Saved: the theme is Dark.')).toBeVisible()
  await page.getByRole('radio', { name: '150' }).check({ force: true })
  await expect(page.locator('html')).toHaveAttribute('data-text', '150')
})

test('changes that follow each other quickly are all kept', async ({ page }) => {
  await open(page, 'settings/notifications', { latency: '100' })
  for (const name of ['Northyard', 'Sparring', 'Quorum']) {
    await page.getByRole('switch', { name }).setChecked(false, { force: true })
  }
  await expect(said(page, 'Saved: Quorum is silent.')).toBeVisible()
  const silenced = await page.evaluate(() => window.fake?.world.settings.notifications.silenced.length)
  expect(silenced).toBe(3)
})

test('whether it may ring is asked in plain words first', async ({ page }) => {
  await open(page, 'settings/notifications', { fake: 'first-run' })
  await expect(page.getByRole('heading', { name: 'May Carillon ring on this computer?' })).toBeVisible()
  await page.getByRole('button', { name: 'Keep quiet' }).click()
  await expect(said(page, 'Saved: Carillon stays quiet.')).toBeVisible()
  await page.getByRole('switch', { name: 'Native notifications' }).setChecked(true, { force: true })
  await page.getByRole('button', { name: 'Ring once to test' }).click()
  await expect(said(page, /^Rang once\./)).toBeVisible()
})

test('a change that is refused says so, and the switch goes back', async ({ page }) => {
  await open(page, 'settings/keyboard', { fail: 'set_settings' })
  const letters = page.getByRole('switch', { name: 'Single letters are shortcuts' })
  await letters.click({ force: true })
  const line = said(page, /^What is kept on this computer can’t be read or changed\./)
  await expect(line).toBeVisible()
  await expect(line.locator('[lang="en"]')).toHaveText('The cache can’t be read: its file is damaged.')
  await expect(letters).toBeChecked()
})

test('where tokens are kept, and what can be done about it, stands under security', async ({ page }) => {
  await open(page, 'settings/security', { fake: 'keyring-locked' })
  await expect(page.getByRole('heading', { name: 'The keyring is locked' })).toBeVisible()
  await page.getByRole('button', { name: 'Check again' }).click()
  await expect(said(page, 'Tokens can be kept now.')).toBeVisible()
})

test('how much is kept of an account is told, and for how long can be chosen', async ({ page }) => {
  await open(page, 'settings/security')
  const kept = page.getByRole('listitem').filter({ hasText: 'Northyard' }).last()
  await expect(kept).toContainText(/\d (kB|MB) · Notices: \d+ · Events: \d+/)
  const choice = page.getByLabel(/^Keep notices of Northyard/)
  await expect(choice).toHaveText('180 days')
  await choice.click()
  await settled(page)
  await page.getByRole('option', { name: '30 days' }).click()
  await expect(said(page, /^Saved: notices of Northyard.* are kept for 30 days\./)).toBeVisible()
  await expect(choice).toHaveText('30 days')
  expect(await violations(page)).toEqual([])
  await choice.click()
  await settled(page)
  await page.getByRole('option', { name: 'For ever' }).click()
  await expect(choice).toHaveText('For ever')
})

test('accounts that can’t be opened are named where the others stand', async ({ page }) => {
  for (const [section, fake] of [
    ['notifications', 'closed'],
    ['security', 'closed'],
    ['notifications', 'one-closed'],
  ] as const) {
    await open(page, `settings/${section}`, { fake })
    await expect(
      page
        .getByRole('main')
        .getByRole('listitem')
        .filter({ hasText: 'Northyard' })
        .getByText('Can’t be opened'),
    ).toBeVisible()
    await expect(page.getByText('No account yet.')).toHaveCount(0)
  }
})

test('how much is kept that can’t be read says why, and is read again', async ({ page }) => {
  await open(page, 'settings/security', { fail: 'storage' })
  const kept = page.getByRole('listitem').filter({ hasText: 'Northyard' }).last()
  await expect(kept.getByRole('alert')).toContainText('What is kept on this computer can’t be read')
  await page.evaluate(() => window.fake?.fail('storage', false))
  await kept.getByRole('button', { name: 'Try again' }).click()
  await expect(kept).toContainText(/\d (kB|MB) · Notices: \d+ · Events: \d+/)
})

test('the keyboard’s section lists the keys of every page, and those of the inbox', async ({ page }) => {
  await open(page, 'settings/keyboard')
  for (const does of ['Show all keys', 'An account by its number', 'Archive, or take back into the inbox'])
    await expect(page.getByText(does)).toBeVisible()
})

test('a file takes the keyring’s place with a warning, and the way back is there', async ({ page }) => {
  await open(page, 'settings/security', { fake: 'keyring-locked' })
  await page.getByRole('button', { name: 'Use a file sealed with a passphrase' }).click()
  await expect(page.getByText('Accounts whose keys are in the keyring stay closed')).toBeVisible()
  await page.getByLabel('Passphrase', { exact: true }).fill('eight letters')
  await page.getByLabel('Passphrase again').fill('eight letters')
  await page.getByRole('button', { name: 'Make the file' }).click()
  await expect(page.getByText('A file sealed with your passphrase')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Use this computer’s keyring' }).click()
  await expect(page.getByRole('definition').filter({ hasText: 'This computer’s keyring' })).toBeVisible()
})
