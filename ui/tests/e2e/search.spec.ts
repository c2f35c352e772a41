import { expect, open, test } from './fixtures'

test('what is typed is searched, and what was found stands out', async ({ page, isMobile }) => {
  await open(page, 'search')
  await expect(page.getByText('Search what was received')).toBeVisible()
  await page.getByRole('searchbox').fill('market res')
  await expect(page.getByText('2 notices')).toBeVisible()
  await expect(page.locator('[data-row] mark').filter({ hasText: /^res$/ })).toHaveCount(2)
  await expect(page.getByRole('heading', { name: 'Today, 1' })).toBeVisible()
  if (!isMobile) {
    // Beside the list there is room for the first of them, and for the one that is clicked.
    const preview = page.getByRole('region', { name: 'Chosen notice' })
    await expect(preview.getByRole('heading', { name: 'Market resolved: YES' })).toBeVisible()
    await page.getByRole('link', { name: /Market resolved: NO/ }).click()
    await expect(preview).toContainText('Will it rain on the harbour fair?')
    await page.getByRole('link', { name: /Market resolved: YES/ }).click()
    await expect(preview).toContainText('Will crude oil close above $80')
    await preview.getByRole('link', { name: 'Open the notice' }).click()
  } else await page.getByRole('link', { name: /Market resolved: YES/ }).click()
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

test('it says whose notices are not searched, or not the newest', async ({ page }) => {
  await open(page, 'search?text=market')
  await expect(
    page.getByText(
      /^Sparring, Ledgerline, Quorum,? and Oddsfield, quill are not complete: newer notices are not searched\.$/,
    ),
  ).toBeVisible()
  await open(page, 'search?text=rebbar', { fake: 'one-closed' })
  await expect(page.getByText('Northyard can’t be opened: its notices are not searched.')).toBeVisible()
  await expect(page.getByText('of all notices that can be opened were searched')).toBeVisible()
})

test('a key moves the preview with the focus, and Enter opens', async ({ page, isMobile }) => {
  test.skip(isMobile, 'A phone has no room for a preview.')
  await open(page, 'search?text=market')
  await page.getByRole('link', { name: /Market resolved: YES/ }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('region', { name: 'Chosen notice' })).toContainText('Will it rain')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Market resolved: NO' })).toBeFocused()
})

test('what was found can be narrowed to a stretch of time, and back', async ({ page, isMobile }) => {
  test.skip(isMobile, 'A phone narrows to accounts alone.')
  await open(page, 'search?text=market')
  const today = page.getByRole('navigation', { name: 'When' }).getByRole('button', { name: /^Today/ })
  await expect(today).toHaveAccessibleName('Today 1')
  await today.click()
  await expect(page.getByRole('link', { name: /Market resolved: NO/ })).toHaveCount(0)
  await page.getByRole('button', { name: /^Northyard/ }).click()
  await page.getByRole('button', { name: 'Show all that was found' }).click()
  await expect(page.getByRole('link', { name: /Market resolved: NO/ })).toBeVisible()
})

test('a search that fails says why and can be made again', async ({ page }) => {
  await open(page, 'search?text=market', { fail: 'search' })
  await expect(page.getByRole('heading', { name: 'The search failed' })).toBeVisible()
  await page.evaluate(() => window.fake?.fail('search', false))
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('2 notices')).toBeVisible()
})
