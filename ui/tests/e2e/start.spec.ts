import { expect, open, test, violations } from './fixtures'

test('while the core starts the window waits calmly, and nothing is called missing', async ({ page }) => {
  await page.goto('/?fake=demo&latency=1000')
  await expect(page.getByRole('heading', { name: 'Carillon is starting' })).toBeAttached()
  await expect(page.getByText('Page not found')).toHaveCount(0)
  await expect(page).toHaveTitle('Carillon')
  await expect(page).toHaveTitle('Inbox · Carillon')
})

test('a core that can’t start says why, and is tried again', async ({ page }) => {
  await open(page, '', { fail: 'snapshot' })
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Carillon could not start')
  await expect(page.getByText('The cache can’t be read: its file is damaged.')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
  // In one breath: it is tried again by itself as well, and the button would be gone.
  await page.evaluate(() => {
    window.fake?.fail('snapshot', false)
    for (const button of document.querySelectorAll('button'))
      if (button.textContent.trim() === 'Try again') button.click()
  })
  await expect(page).toHaveTitle('Inbox · Carillon')
})

test('it is tried again by itself, wherever one was', async ({ page }) => {
  await open(page, 'settings', { fail: 'snapshot' })
  await expect(page.getByRole('heading', { name: 'Carillon could not start' })).toBeVisible()
  await page.evaluate(() => window.fake?.fail('snapshot', false))
  await expect(page).toHaveTitle('Settings · Carillon')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings')
})

test('without a place for keys the demo is off and says why', async ({ page }) => {
  await open(page, '', { fake: 'keyring-missing' })
  const demo = page.getByRole('button', { name: /^Try the demo/ })
  await expect(demo).toHaveAttribute('aria-disabled', 'true')
  await expect(demo).toContainText('No keyring was found')
  await demo.click({ force: true })
  await expect(page).toHaveTitle(/^Many bells/)
  await page.getByRole('button', { name: 'This session only' }).click()
  await page.getByRole('button', { name: 'Keep nothing after this session' }).click()
  await expect(demo).not.toHaveAttribute('aria-disabled')
})

test('the inbox says that accounts are closed, and opens them', async ({ page }) => {
  await open(page, 'inbox', { fake: 'keyring-locked' })
  await expect(page.getByRole('heading', { name: 'Your account can’t be opened' })).toBeVisible()
  await expect(page.getByText('No account yet')).toHaveCount(0)
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Check again' }).click()
  await expect(page.locator('[data-key]').first()).toBeVisible()
})
