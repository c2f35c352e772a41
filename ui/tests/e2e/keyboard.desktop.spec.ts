import { expect, open, test } from './fixtures'

test('letters lead to pages, and back again', async ({ page }) => {
  await open(page, 'inbox')
  for (const [keys, title] of [
    [['g', 's'], 'Settings · Carillon'],
    [['g', 'i'], 'Inbox · Carillon'],
    [['1'], 'Markets, Oddsfield, maren · Carillon'],
    [['['], 'Inbox · Carillon'],
    [[']'], 'Markets, Oddsfield, maren · Carillon'],
    [['Control+,'], 'Settings · Carillon'],
    [['Control+k'], 'Search · Carillon'],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key)
    await expect(page).toHaveTitle(title)
  }
  await expect(page.getByRole('searchbox')).toBeFocused()
})

test('a number leads to another account: the focus and the window’s name say which, also on the same page', async ({
  page,
}) => {
  await open(page, 'inbox')
  for (const [key, name] of [
    ['1', 'Markets, Oddsfield, maren'],
    ['6', 'Markets, Oddsfield, quill'],
    ['1', 'Markets, Oddsfield, maren'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(page).toHaveTitle(`${name} · Carillon`)
    await expect(page.getByRole('heading', { level: 1, name })).toBeFocused()
  }
  // These have no page but that of their connection.
  for (const [key, name] of [
    ['2', 'Northyard'],
    ['3', 'Sparring'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(page).toHaveTitle(`${name} · Carillon`)
    await expect(page.locator('[data-item-heading]')).toHaveText(name)
    await expect(page.locator('[data-item-heading]')).toBeFocused()
  }
})

test('what is chosen in a list that stays keeps the focus', async ({ page }) => {
  await open(page, 'connections')
  const row = page.getByRole('navigation', { name: 'Accounts' }).getByRole('link', { name: /^Sparring/ })
  await row.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveTitle('Sparring · Carillon')
  await expect(row).toBeFocused()
})

test('Escape closes the top layer and nothing else', async ({ page }) => {
  await open(page, 'inbox/0197a1c0-0000-7000-8000-000000000001/6')
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible()
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await expect(keys).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(keys).toBeHidden()
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible()
  await page.getByRole('combobox', { name: 'Account' }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('listbox')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('listbox')).toBeHidden()
  await expect(page.getByRole('combobox', { name: 'Account' })).toBeFocused()
})
