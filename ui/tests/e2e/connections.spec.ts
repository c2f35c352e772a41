import { expect, open, test, toast, violations } from './fixtures'

const id = (number: number) => `0197a1c0-0000-7000-8000-00000000000${number}`

test('a connection says how it stands, why, and what can be done', async ({ page }) => {
  await open(page, `connections/${id(4)}`)
  await expect(page.getByText('The server can’t be reached. Next try in 4 s.')).toBeVisible()
  await expect(page.getByText('The connection dropped.')).toBeVisible()
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect(page.locator('.connection').getByText('Live', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Try now' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await expect(page.getByText('You disconnected it.')).toBeVisible()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Disconnect' })).toBeVisible()
})

test('one that asks to sign in again leads there', async ({ page }) => {
  await open(page, `connections/${id(5)}`)
  await page.getByRole('link', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in to Quorum again')
})

test('gaps say from when to when, and why', async ({ page }) => {
  await open(page, `connections/${id(1)}`)
  await expect(page.getByText('Not connected; the server can’t repeat what it sent.')).toBeVisible()
  await expect(
    page.getByRole('heading', { name: 'Complete up to now, but for the gaps below' }),
  ).toBeVisible()
})

test('rooms say whether they are joined, and why not', async ({ page }) => {
  await open(page, `connections/${id(1)}`, { fake: 'broken' })
  await expect(page.getByText('Joined', { exact: true }).first()).toBeVisible()
  await expect(page.getByText('Refused: Only holders may join')).toBeVisible()
})

test('an account is removed only after it was said what is erased', async ({ page }) => {
  await open(page, `connections/${id(2)}`)
  const remove = page.getByRole('button', { name: 'Remove Northyard' })
  await remove.click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('This cannot be undone.')
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Keep' }).click()
  await expect(remove).toBeFocused()
  await remove.click()
  await dialog.getByRole('button', { name: 'Remove and erase' }).click()
  await expect(toast(page, 'Removed: the account, its token and everything kept of it.')).toBeVisible()
  await expect(page.getByRole('link', { name: /^Northyard/ })).toHaveCount(0)
})

test('an account whose file can’t be opened says why', async ({ page }) => {
  await open(page, 'connections', { fake: 'broken' })
  await expect(page.getByRole('heading', { name: 'Northyard can’t be opened' })).toBeVisible()
  await expect(page.getByText('The file of this account is damaged.')).toBeVisible()
})

test('accounts that can’t be opened stay in the lists of accounts', async ({ page, isMobile }) => {
  await open(page, 'connections', { fake: 'closed' })
  const rows = page.getByRole('main').getByRole('navigation', { name: 'Accounts' }).getByRole('listitem')
  await expect(rows).toHaveText([/Northyard\s+Can’t be opened/, /Oddsfield\s+Can’t be opened/])
  if (isMobile) return
  const rail = page.getByRole('navigation', { name: 'Main' }).getByRole('list', { name: 'Accounts' })
  await expect(rail.getByRole('link')).toHaveText([
    /Northyard\s+Can’t be opened/,
    /Oddsfield\s+Can’t be opened/,
  ])
  await rail.getByRole('link', { name: /^Oddsfield/ }).click()
  await expect(page.getByRole('heading', { name: 'Oddsfield can’t be opened' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Northyard can’t be opened' })).toHaveCount(0)
})

test('accounts that can’t be opened are removed as others are, and are accounts all the same', async ({
  page,
}) => {
  await open(page, 'connections', { fake: 'closed' })
  await expect(page.getByText('No account yet')).toHaveCount(0)
  for (const name of ['Northyard', 'Oddsfield']) {
    await page.getByRole('button', { name: `Remove ${name}` }).click()
    const dialog = page.getByRole('dialog', { name: `Remove ${name}?` })
    await expect(dialog).toContainText('This cannot be undone.')
    await dialog.getByRole('button', { name: 'Remove and erase' }).click()
    await expect(page.getByRole('heading', { name: `${name} can’t be opened` })).toHaveCount(0)
  }
  await expect(page.getByRole('heading', { name: 'No account yet' })).toBeVisible()
})

test('all can be tried at once', async ({ page }) => {
  await open(page, 'connections', { fake: 'offline' })
  await page.getByRole('button', { name: 'Reconnect all' }).click()
  await expect(toast(page, 'Trying all connections now.')).toBeVisible()
  await expect(page.getByText(/Live,\s\d+\sms/).first()).toBeVisible()
})

test('without an account it leads to adding one', async ({ page }) => {
  await open(page, 'connections', { fake: 'first-run' })
  await expect(page.getByRole('heading', { name: 'No account yet' })).toBeVisible()
})
