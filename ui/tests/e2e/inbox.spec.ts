import type { Page } from '@playwright/test'
import { expect, open, test, toast, violations } from './fixtures'

const FIRST = '0197a1c0-0000-7000-8000-000000000001'
const SECOND = '0197a1c0-0000-7000-8000-000000000002'

const rows = (page: Page) => page.locator('[data-key]')
const row = (page: Page, title: string) => rows(page).filter({ hasText: title })
const titles = (page: Page) =>
  rows(page).evaluateAll((all) =>
    all.map((one) => one.querySelector('.title')?.lastChild?.textContent?.trim() ?? ''),
  )

/** Something happens on the platform of the first account. */
async function notify(page: Page, title: string): Promise<void> {
  await page.evaluate((text) => {
    window.fake?.notify(0, [{ category: 'market', level: 'info', title: text, body: '', ago: 0 }])
  }, title)
}

test('notices stand by day, the newest first by when they happened', async ({ page }) => {
  await open(page, 'inbox')
  await expect(page.getByRole('heading', { level: 2, name: 'Today' })).toBeVisible()
  await expect(page.getByRole('heading', { level: 2, name: 'Yesterday' })).toBeAttached()
  expect((await titles(page)).slice(0, 4)).toEqual([
    'Arrears of 30 days passed 4.0 %',
    'Payment failed: invoice INV-2291',
    'Market resolved: YES',
    'Reorder: rebar 12 mm',
  ])
})

test('filters leave the unread, or what was archived', async ({ page }) => {
  await open(page, 'inbox')
  await page.getByRole('button', { name: 'Unread', exact: true }).click()
  await expect(row(page, 'Reorder: rebar 12 mm')).toHaveCount(0)
  await expect(row(page, 'Market resolved: YES')).toBeVisible()
  await page.getByRole('button', { name: 'Archived', exact: true }).click()
  await expect(row(page, 'Market resolved: NO')).toBeVisible()
  await expect(row(page, 'Market resolved: YES')).toHaveCount(0)
})

test('the notices of one account can be listed alone', async ({ page }) => {
  await open(page, 'inbox')
  await page.getByRole('combobox', { name: 'Account' }).click()
  await page.getByRole('option', { name: 'Northyard' }).click()
  await expect(row(page, 'Market resolved: YES')).toHaveCount(0)
  await expect(row(page, 'Reorder: rebar 12 mm')).toBeVisible()
})

test('what is new comes in at the top, and waits where somebody reads further down', async ({ page }) => {
  await open(page, 'inbox')
  await expect(row(page, 'Market resolved: YES')).toBeVisible()
  await notify(page, 'First of all')
  await expect(rows(page).first()).toContainText('First of all')

  const further = row(page, '12 applications while you were away')
  await rows(page).last().scrollIntoViewIfNeeded()
  await expect(row(page, 'First of all')).not.toBeInViewport()
  const before = await further.boundingBox()
  await notify(page, 'Waits above')
  await notify(page, 'Waits as well')
  const pill = page.getByRole('button', { name: 'Show 2 new notices' })
  await expect(pill).toHaveText('2 new')
  expect(await further.boundingBox()).toEqual(before)

  await pill.click()
  await expect(row(page, 'Waits as well')).toBeInViewport()
  await expect(row(page, 'Waits as well')).toBeFocused()
  await expect(pill).toHaveCount(0)
})

test('of ten thousand notices only those near the window are drawn, and all can be reached', async ({
  page,
}) => {
  await open(page, 'inbox', { fake: 'many' })
  await expect(rows(page).first()).toBeVisible()
  expect(await rows(page).count()).toBeLessThan(60)
  await rows(page).first().focus()
  for (let page_ = 0; page_ < 6; page_ += 1) {
    const before = await page.evaluate(() => document.activeElement?.getAttribute('data-key'))
    await page.keyboard.press('End')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-key')))
      .not.toBe(before)
  }
  expect(await rows(page).count()).toBeLessThan(60)
  await page.keyboard.press('Home')
  await expect(row(page, 'Arrears of 30 days passed')).toBeFocused()
})

test('an archived notice that the core refuses to archive comes back and says so', async ({ page }) => {
  await open(page, `inbox/${FIRST}/6`)
  await page.evaluate(() => window.fake?.fail('set_archived'))
  await page.getByRole('button', { name: 'Archive', exact: true }).last().click()
  await expect(page.getByRole('alert')).toBeVisible()
  await expect(row(page, 'Market resolved: YES')).toBeAttached()
})

test('all can be marked read at once', async ({ page }) => {
  await open(page, 'inbox')
  await expect(page.locator('.notice.unread').first()).toBeVisible()
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  await expect(toast(page, 'All marked read')).toBeVisible()
  await expect(page.locator('.notice.unread')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Mark all as read' })).toBeDisabled()
})

test('nothing is called quiet while an account was never connected', async ({ page, isMobile }) => {
  await open(page, 'inbox', { fake: 'connecting' })
  await expect(page.getByText('Not up to date: Northyard.')).toBeVisible()
  await expect(page.getByText('All quiet')).toHaveCount(0)
  await expect(page.getByRole('link', { name: '1 connecting' })).toBeVisible()
  if (!isMobile) await expect(page.getByRole('contentinfo')).toContainText('1 connecting')
})

test('nothing is called read, archived or quiet while an account is closed or disconnected', async ({
  page,
}) => {
  await open(page, 'inbox', { fake: 'one-closed' })
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  await expect(page.locator('.notice.unread')).toHaveCount(0)
  await page.getByRole('button', { name: 'Unread', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Nothing unread is here' })).toBeVisible()
  await expect(page.getByText('Can’t be opened: Northyard. What waits there is not known.')).toBeVisible()
  await expect(page.getByText('Everything is read')).toHaveCount(0)

  await open(page, 'inbox', { fake: 'empty' })
  await page.evaluate(() => window.fake?.pause(1))
  await expect(page.getByText('Disconnected by you: Northyard. What waits there is not known.')).toBeVisible()
  await expect(page.getByText('All quiet')).toHaveCount(0)
})

test('an answer to whether it may ring that is refused says so', async ({ page }) => {
  await open(page, 'inbox', { consent: 'unasked', fail: 'set_settings' })
  await page.getByRole('button', { name: 'Let it ring' }).click()
  await expect(toast(page, 'Not done')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Let it ring' })).toBeVisible()
})

test('what completeness leaves out is said, and leads to where it is explained', async ({
  page,
  isMobile,
}) => {
  test.skip(isMobile, 'A phone has no status bar.')
  await open(page, 'inbox')
  const words = page.getByRole('contentinfo').getByRole('link')
  await expect(words).toHaveText(/^Complete up to 13:57:56, but for gaps and 1 disconnected account$/)
  await words.click()
  await expect(page).toHaveTitle('Connections · Carillon')
})

test('offline, it says up to when everything is here, and tries on request', async ({ page }) => {
  await open(page, 'inbox', { fake: 'offline' })
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible()
  // One word for it, wherever it is said.
  await expect(page.getByRole('link', { name: '3 offline' })).toBeVisible()
  await expect(page.getByText('Reconnecting')).toHaveCount(0)
  await expect(page.getByText(/Everything up to 13:53:\d\d is here\. Next try in 42 s\.$/)).toBeVisible()
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect(page.getByRole('heading', { name: 'You are offline' })).toHaveCount(0)
})

test('an account that asks to sign in again leads to its own sign-in', async ({ page }) => {
  await open(page, 'inbox', { fake: 'sign-in' })
  await page.getByRole('link', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in to Oddsfield again')
  await expect(page.getByLabel('Server')).toHaveValue('https://oddsfield.example')
  await expect(page.getByLabel('User name or e-mail')).toHaveValue('maren')
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('')
})

test('an inbox that can’t be read says why, and is read again', async ({ page }) => {
  await open(page, 'inbox', { fake: 'broken' })
  await expect(page.getByRole('heading', { name: 'The inbox can’t be read' })).toBeVisible()
  await expect(page.getByText('What is kept on this computer can’t be read or changed.')).toBeVisible()
  await expect(page.locator('[lang="en"]:not(html)')).toHaveText(
    'The cache can’t be read: its file is damaged.',
  )
  expect(await violations(page)).toEqual([])
  await page.evaluate(() => window.fake?.fail('notices', false))
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(row(page, 'Market resolved: YES')).toBeVisible()
})

test('one account that can’t be opened is told, and nothing is said to be complete', async ({
  page,
  isMobile,
}) => {
  await open(page, 'inbox', { fake: 'one-closed' })
  await expect(page.getByRole('heading', { name: 'Northyard can’t be opened' })).toBeVisible()
  if (!isMobile) {
    const status = page.getByRole('contentinfo')
    await expect(status).toContainText('1 account can’t be opened')
    await expect(status).not.toContainText('Complete up to')
  }
  await page.getByRole('main').getByRole('link', { name: 'Connections' }).click()
  if (isMobile)
    await page
      .getByRole('main')
      .getByRole('link', { name: /^Northyard/ })
      .click()
  await page.getByRole('button', { name: 'Remove Northyard' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove and erase' }).click()
  await expect(page.getByText('Northyard can’t be opened')).toHaveCount(0)
  if (!isMobile) await expect(page.getByRole('contentinfo')).toContainText('Complete up to')
})

test('an inbox that is being read shows the shapes of rows', async ({ page }) => {
  await open(page, 'inbox', { latency: '60000' })
  await expect(page.getByText('Reading the inbox')).toBeVisible()
  await expect(page.locator('.skeleton .line')).toHaveCount(8)
})

test.describe('a notice', () => {
  test('that can’t be read says so of itself alone', async ({ page }) => {
    await open(page, `inbox/${FIRST}/1`, { fail: 'notice' })
    await expect(page.getByRole('heading', { name: 'This notice can’t be read' })).toBeVisible()
    await page.evaluate(() => window.fake?.fail('notice', false))
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('heading', { name: 'Market resolved: NO' })).toBeVisible()
  })

  test('says what is known of its thing, leads to it, and is read once it is shown', async ({ page }) => {
    await open(page, `inbox/${FIRST}/6`)
    await expect(page.getByRole('heading', { name: 'Market resolved: YES' })).toBeVisible()
    await expect(page.getByText('861')).toBeVisible()
    await expect(page.getByText('Received 22 ms later and stored')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Mark unread' }).last()).toBeVisible()
    await page.getByRole('link', { name: 'Open item' }).click()
    await expect(page).toHaveURL(new RegExp(`${FIRST}/market/m-61`))
  })

  test('of which one knows only old figures says so on each of them', async ({ page }) => {
    await open(page, `inbox/${FIRST}/5`, { fake: 'reconnecting' })
    await expect(page.getByText(/Cached,/)).toBeVisible()
    await expect(page.locator('.facts .faded').first()).toHaveText('0.634')
    await expect(page.getByRole('definition').filter({ hasText: '10 Dec' }).locator('.faded')).toHaveCount(0)
  })

  test('about a market that is decided says that its figures are final', async ({ page }) => {
    await open(page, `inbox/${FIRST}/6`)
    await expect(page.getByText('Final since 13:31')).toBeVisible()
    // As on the market's own page: its names, its places, and times with their zone.
    await expect(page.locator('.facts')).toHaveText(
      /Volume\s*1,902\.6\sETH\s*Traders\s*861\s*Resolved\s*19 Nov, 13:31 UTC/,
    )
    await expect(page.locator('.facts .faded')).toHaveCount(0)
  })

  test('that a notification leads to has the focus and names the window, wherever one was', async ({
    page,
  }) => {
    await open(page, 'settings')
    for (const [id, title] of [
      [6, 'Market resolved: YES'],
      [4, 'Dividend available'],
    ] as const) {
      await page.evaluate(
        ([account, number]) => {
          window.fake?.navigate({ to: 'notice', account, id: number })
        },
        [FIRST, id] as const,
      )
      await expect(page.getByRole('heading', { name: title })).toBeFocused()
      await expect(page).toHaveTitle(`${title} · Carillon`)
    }
    // The one that is open already is led to as well.
    await page.getByRole('button', { name: 'Archive', exact: true }).last().focus()
    await page.evaluate((account) => {
      window.fake?.navigate({ to: 'notice', account, id: 4 })
    }, FIRST)
    await expect(page.getByRole('heading', { name: 'Dividend available' })).toBeFocused()
  })

  test('shows the host before the platform is opened', async ({ page }) => {
    await open(page, `inbox/${SECOND}/4`)
    await expect(page.getByText('Opens northyard.example in your browser')).toBeVisible()
    await page.evaluate(() => window.fake?.fail('open_notice_link'))
    await page.getByRole('button', { name: 'Open on the platform' }).click()
    await expect(page.getByRole('alert')).toContainText('The link was not opened')
  })

  test('with an address that is not https offers nothing to open', async ({ page }) => {
    await open(page, 'inbox')
    await page.evaluate(() => {
      window.fake?.notify(0, [
        {
          category: 'system',
          level: 'info',
          title: 'Look here',
          body: '',
          ago: 0,
          link: 'javascript:alert(1)',
        },
      ])
    })
    await row(page, 'Look here').click()
    await expect(page.getByText('It is not opened.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Open on the platform' })).toHaveCount(0)
  })

  test('that is gone says so', async ({ page }) => {
    await open(page, `inbox/${FIRST}/999`)
    await expect(page.getByRole('heading', { name: 'This notice is gone' })).toBeVisible()
    await page.getByRole('link', { name: 'Open the inbox' }).click()
    await expect(row(page, 'Market resolved: YES')).toBeVisible()
  })

  test('of the archive, opened by its address, can be taken back', async ({ page }) => {
    await open(page, `inbox/${FIRST}/1`)
    await expect(page.getByRole('heading', { name: 'Market resolved: NO' })).toBeVisible()
    await page.getByRole('button', { name: 'Back to inbox' }).last().click()
    await expect(toast(page, 'Back in the inbox')).toBeVisible()
    expect(await page.evaluate(() => window.fake?.world.accounts[0]?.notices.get(1)?.archived)).toBe(false)
  })
})
