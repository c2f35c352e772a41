import { enlarge, expect, open, overflow, test, violations, wear } from './fixtures'
import { moving } from './tab'

test('every part in every state is clean for axe, open or closed, in both themes', async ({ page }) => {
  await open(page, 'kit')
  await expect(page.getByText('Reading 100,000 items')).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await wear(page, colorScheme)
    const colours = colorScheme === 'light' ? 'too' : 'only'
    expect(await violations(page, { colours }), colorScheme).toEqual([])
    await page.getByRole('button', { name: 'Open a dialog' }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    expect(await violations(page, { colours }), `${colorScheme}, a dialog`).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await page.getByRole('combobox', { name: 'Text size' }).click()
    await expect(page.getByRole('option', { name: '150 %' })).toBeVisible()
    // The list stands above the page, outside its landmarks, and belongs to its field.
    expect(await violations(page, { colours, without: ['region'] }), `${colorScheme}, a list`).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('option', { name: '150 %' })).toBeHidden()
  }
})

test('nothing is wider than the window, at any text size', async ({ page }) => {
  await open(page, 'kit')
  for (const text of ['100', '125', '150', '200'] as const) {
    await enlarge(page, text)
    expect(await overflow(page), `at ${text} %`).toEqual([])
  }
})

test('a dialog keeps the focus inside and gives it back', async ({ page }) => {
  await open(page, 'kit')
  const opener = page.getByRole('button', { name: 'Open a dialog' })
  await opener.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Remove this account' })
  await expect(dialog).toBeVisible()
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press('Tab')
    await expect(dialog.locator(':focus')).toHaveCount(1)
  }
  await page.keyboard.press('Escape')
  await expect(opener).toBeFocused()
})

test('a select is worked with keys alone', async ({ page }) => {
  await open(page, 'kit')
  await page.getByRole('combobox', { name: 'Text size' }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('option', { name: '125 %' })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const chosen = page.getByRole('combobox', { name: 'Text size' })
  await expect(chosen).toBeFocused()
  await expect(chosen).toHaveText('125 %')
})

test('a list is one tab stop, and arrow keys move in it', async ({ page }) => {
  await open(page, 'kit')
  const rows = page.locator('.notice')
  await rows.filter({ hasText: 'Selected' }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(rows.filter({ hasText: 'Read: bus' })).toBeFocused()
  await page.keyboard.press('End')
  await expect(rows.last()).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await expect(page.locator('.notice:focus')).toHaveCount(0)
})

test('a button that is off says why and does nothing', async ({ page }) => {
  await open(page, 'kit')
  const button = page.getByRole('button', { name: 'Trade' })
  await expect(button).toHaveAttribute('aria-disabled', 'true')
  await expect(button).toHaveAccessibleDescription('Off until prices are live again.')
  const pressed = page.getByRole('status', { name: 'Pressed' })
  // Playwright would wait for a button that is on.
  await button.click({ force: true })
  await expect(button).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(pressed).toHaveText('')
  // What counts would have counted it.
  await page.getByRole('button', { name: 'Copy' }).click()
  await expect(pressed).toHaveText('1')
})

test('with reduced motion nothing moves', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await open(page, 'kit')
  expect(await moving(page)).toBe(0)
})
