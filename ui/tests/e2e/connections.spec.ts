import { expect, open, test, toast, violations } from './fixtures'

const id = (number: number) => `0197a1c0-0000-7000-8000-00000000000${number}`

test('a connection says how it stands, why, and what can be done', async ({ page }) => {
  await open(page, `connections/${id(4)}`)
  await expect(page.getByText('The server can’t be reached. Next try in 4 s.')).toBeVisible()
  await expect(page.locator('.head').getByText('The connection dropped.')).toBeVisible()
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect(page.locator('.connection').getByText('Live', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Try now' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await expect(page.locator('.head').getByText('You disconnected it.')).toBeVisible()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Disconnect' })).toBeVisible()
})

test('the history says what the connection did, and follows what it does', async ({ page }) => {
  await open(page, `connections/${id(4)}`)
  const lines = page.locator('.connection ol').first().getByRole('listitem')
  await expect(lines.first()).toContainText(/14:02:56\s+Failed try/)
  await expect(lines.nth(1)).toContainText(/Dropped\s+The connection dropped\./)
  await expect(page.locator('.head').getByText('Polling')).toBeVisible()
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect(lines.first()).toContainText(/14:03:00\s+Caught up/)
  await expect(lines.nth(1)).toContainText(/Opened\s+Transport: Polling\.\s+140\sms/)
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await expect(lines.first()).toContainText(/Offline\s+You disconnected it\./)
})

test('of a long history the newest lines are shown, and all when asked for', async ({ page }) => {
  await open(page, `connections/${id(1)}`)
  const lines = page.locator('.connection ol').first().getByRole('listitem')
  await expect(lines).toHaveCount(8)
  await page.getByRole('button', { name: 'All 13' }).click()
  await expect(lines).toHaveCount(13)
  await expect(lines.last()).toContainText('The server closed the connection.')
})

test('a history that can’t be read says so, and is read again', async ({ page }) => {
  await open(page, `connections/${id(1)}`, { fail: 'history' })
  await expect(page.getByText('The history can’t be read.')).toBeVisible()
  await page.evaluate(() => window.fake?.fail('history', false))
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('The history can’t be read.')).toHaveCount(0)
  await expect(page.getByText('31 events were fetched.')).toBeVisible()
})

test('a connection that never stood has no history yet', async ({ page }) => {
  await open(page, `connections/${id(2)}`, { fake: 'connecting' })
  await expect(page.getByText('Nothing yet. What this connection does is noted here.')).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('one that asks to sign in again leads there', async ({ page }) => {
  await open(page, `connections/${id(5)}`)
  await page.getByRole('link', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in to Quorum again')
})

test('gaps say from when to when, and why', async ({ page }) => {
  await open(page, `connections/${id(1)}`)
  const gap = page.getByText('Not connected; the server can’t repeat what it sent.')
  await expect(gap.last()).toBeVisible()
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
  await page
    .getByRole('main')
    .getByRole('link', { name: /^Northyard/ })
    .click()
  await expect(page.getByRole('heading', { name: 'Northyard can’t be opened' })).toBeVisible()
  await expect(page.getByText('The file of this account is damaged.')).toBeVisible()
})

test('each account that can’t be opened is there once, and what waits for a person first', async ({
  page,
  isMobile,
}) => {
  test.skip(isMobile, 'a phone shows one at a time')
  await open(page, 'connections', { fake: 'broken' })
  await expect(page.getByRole('heading', { name: 'Northyard can’t be opened' })).toBeVisible()
  await expect(page.getByRole('main').getByText(/Northyard/)).toHaveCount(2)
  const row = page.getByRole('main').getByRole('link', { name: /^Northyard/ })
  await expect(row).toHaveAttribute('aria-current', 'true')
  await page
    .getByRole('main')
    .getByRole('link', { name: /^Oddsfield/ })
    .click()
  await expect(page.getByRole('heading', { name: 'Northyard can’t be opened' })).toHaveCount(0)
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
    await page.getByRole('main').getByRole('link', { name }).click()
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
