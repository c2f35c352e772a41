import { expect, open, overflow, test, toast, violations } from './fixtures'

const ROOMS = '0197a1c0-0000-7000-8000-000000000001/rooms'

test('each room says what the server said of it', async ({ page }) => {
  await open(page, ROOMS)
  await expect(page.getByText('Joined', { exact: true })).toHaveCount(4)
  await expect(page.getByText('Refused: Only holders may join')).toBeVisible()
  expect(await violations(page)).toEqual([])
  expect(await overflow(page)).toEqual([])
})

test('a room is joined by its kind and id, and left again', async ({ page }) => {
  await open(page, ROOMS)
  await page.getByLabel('Id').fill('m-110')
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(page.getByRole('button', { name: /^Leave / })).toHaveCount(6)
  await expect(
    page.getByRole('link', { name: 'Will the night train to Marisol run next summer?' }),
  ).toBeVisible()
  await page.getByRole('button', { name: /^Leave Will the night train/ }).click()
  await expect(page.getByRole('button', { name: /^Leave / })).toHaveCount(5)
})

test('the kind of a room is chosen, not typed', async ({ page }) => {
  await open(page, ROOMS)
  await page.getByLabel('Kind').click()
  await page.getByRole('option', { name: 'Creator' }).click()
  await page.getByLabel('Id').fill('vega')
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(page.getByText('Creator · vega')).toBeVisible()
})

test('what is missing is said to who tries without it, and what is refused in its words', async ({
  page,
}) => {
  await open(page, ROOMS)
  await expect(page.getByText('Its id is needed.')).toHaveCount(0)
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(page.getByText('Its id is needed.')).toBeVisible()
  await page.evaluate(() => window.fake?.fail('follow'))
  await page.getByLabel('Id').fill('vega')
  await expect(page.getByText('Its id is needed.')).toHaveCount(0)
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(page.getByText('What is kept on this computer can’t be read or changed.')).toBeVisible()
})

test('a room that can’t be left says so, and not at the field of another', async ({ page }) => {
  await open(page, ROOMS, { fail: 'unfollow' })
  await page.getByRole('button', { name: /^Leave Will steel rebates/ }).click()
  await expect(toast(page, 'Still joined')).toBeVisible()
  await expect(page.getByLabel('Id')).not.toHaveAttribute('aria-invalid', 'true')
})

test('at the rooms the account is lit, and none of its pages', async ({ page, isMobile }) => {
  test.skip(isMobile, 'a phone has no rail')
  await open(page, ROOMS)
  const rail = page.getByRole('navigation', { name: 'Main' })
  await expect(rail.locator('[aria-current]')).toHaveCount(1)
  await expect(rail.getByRole('link', { name: /^Oddsfield maren/ })).toHaveAttribute('aria-current', 'page')
})

test('a question is read to its end', async ({ page }) => {
  await open(page, ROOMS)
  const question = page.getByRole('link', { name: /^Will the central bank cut/ })
  expect(await question.evaluate((link) => link.scrollWidth <= link.clientWidth)).toBe(true)
  expect(await question.evaluate((link) => link.scrollHeight <= link.clientHeight)).toBe(true)
})

test('a platform without rooms says that none are needed', async ({ page }) => {
  await open(page, '0197a1c0-0000-7000-8000-000000000002/rooms')
  await expect(page.getByText('This platform has no rooms')).toBeVisible()
})

test('while the connection is lost rooms wait for it', async ({ page }) => {
  await open(page, ROOMS, { fake: 'reconnecting' })
  await expect(page.getByText('Joined when connected').first()).toBeVisible()
})
