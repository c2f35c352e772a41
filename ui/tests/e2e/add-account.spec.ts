import type { Page } from '@playwright/test'
import { expect, open, test, toast } from './fixtures'

const server = (page: Page) => page.getByLabel('Server')
const password = (page: Page) => page.getByLabel('Password', { exact: true })
const signIn = (page: Page) => page.getByRole('button', { name: 'Sign in', exact: true })

/** Writes what a sign-in takes. */
async function fill(page: Page, address: string, secret = 'a password'): Promise<void> {
  await server(page).fill(address)
  await page.getByLabel('User name or e-mail').fill('maren')
  await password(page).fill(secret)
}

test('nobody is told what is missing before they ask, and then the first of it gets the focus', async ({
  page,
}) => {
  await open(page, 'accounts/add')
  await expect(page.locator('[aria-invalid]')).toHaveCount(0)
  await signIn(page).click()
  await expect(page.locator('[aria-invalid]')).toHaveCount(3)
  await expect(server(page)).toBeFocused()
  await expect(server(page)).toHaveAccessibleDescription('Write the server’s address.')
})

test('a refused password is said beside it and kept to be mended', async ({ page }) => {
  await open(page, 'accounts/add')
  await fill(page, 'https://oddsfield.example', 'wrong')
  await signIn(page).click()
  await expect(password(page)).toBeFocused()
  await expect(password(page)).toHaveAccessibleDescription(
    /^The server refused the user name or the password\..*4 tries left/,
  )
  await expect(password(page)).toHaveValue('wrong')
  await password(page).fill('right')
  await expect(password(page)).not.toHaveAccessibleDescription(/refused/)
})

for (const [host, said] of [
  ['down.example', /^No usable answer came from the server\. No answer within 20 s/],
  ['other.example', /^Another service answers at this address\./],
] as const) {
  test(`beside the server it is said what is wrong with ${host}`, async ({ page }) => {
    await open(page, 'accounts/add')
    await fill(page, `https://${host}`)
    await signIn(page).click()
    await expect(server(page)).toHaveAccessibleDescription(said)
  })
}

test('an address without its beginning is offered with it', async ({ page }) => {
  await open(page, 'accounts/add')
  await server(page).fill('oddsfield.example')
  await page.getByRole('button', { name: 'Use https://oddsfield.example' }).click()
  await expect(server(page)).toHaveValue('https://oddsfield.example')
  await expect(page.getByText('encrypted', { exact: true })).toBeVisible()
})

test('nothing goes unencrypted to another computer without consent, which stays to be seen', async ({
  page,
}) => {
  await open(page, 'accounts/add')
  await fill(page, 'http://oddsfield.example')
  await expect(page.getByText('oddsfield.example would be reached without encryption')).toBeVisible()
  await signIn(page).click()
  await expect(server(page)).toHaveAccessibleDescription(/or agree to a connection without encryption/)
  await page.getByRole('checkbox', { name: 'Connect without encryption all the same' }).check()
  await expect(page.getByText('oddsfield.example would be reached without encryption')).toBeVisible()
  await signIn(page).click()
  await expect(page).toHaveTitle('Inbox · Carillon')
})

test('to this computer nothing has to be agreed to', async ({ page }) => {
  await open(page, 'accounts/add')
  await fill(page, 'http://localhost:3000')
  await expect(page.getByText('this computer', { exact: true })).toBeVisible()
  await signIn(page).click()
  await expect(page).toHaveTitle('Inbox · Carillon')
})

test('a token is looked at before it is sent', async ({ page }) => {
  await open(page, 'accounts/add/token')
  await server(page).fill('https://oddsfield.example')
  const token = page.getByLabel('Token', { exact: true })
  await token.fill('not a token')
  await page.getByRole('button', { name: 'Add the account' }).click()
  await expect(token).toHaveAccessibleDescription('A token has three parts with dots between them.')
  await token.fill('head.body.sign')
  await page.getByRole('button', { name: 'Add the account' }).click()
  await expect(toast(page, 'Oddsfield is added.')).toBeVisible()
})

test('a link is shown before anything happens', async ({ page }) => {
  await open(page, 'accounts/add/link')
  const link = page.getByRole('textbox', { name: 'Link' })
  await link.fill('https://oddsfield.example')
  await page.getByRole('button', { name: 'Read the link' }).click()
  await expect(link).toHaveAccessibleDescription('This is not a carillon:// link.')
  await link.fill('carillon://account?platform=oddsfield&server=https://oddsfield.example&username=quill')
  await page.getByRole('button', { name: 'Read the link' }).click()
  await expect(page.getByText('Nothing has happened yet.')).toBeVisible()
  await expect(page.getByText('https://oddsfield.example')).toBeVisible()
  await page.getByRole('button', { name: 'Go on to sign in' }).click()
  await expect(server(page)).toHaveValue('https://oddsfield.example')
  await expect(page.getByLabel('User name or e-mail')).toHaveValue('quill')
})

test('a link that the system hands over leads to the same question', async ({ page }) => {
  await open(page, 'inbox')
  await page.evaluate(() => {
    window.fake?.navigate({
      to: 'add-account',
      link: { platform: 'northyard', server: 'https://northyard.example', username: null },
    })
  })
  await expect(page.getByText('This link asks to add an account')).toBeVisible()
  await expect(page.getByText('not in the link')).toBeVisible()
  await page.getByRole('button', { name: 'Drop the link' }).click()
  await expect(page.getByRole('textbox', { name: 'Link' })).toHaveValue('')
})

test('a link to a platform that is not known goes no further', async ({ page }) => {
  await open(page, 'accounts/add/link?platform=elsewhere&server=https://elsewhere.example')
  await expect(page.getByText('does not know the platform “elsewhere”')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Go on to sign in' })).toHaveCount(0)
})

test('a password is nowhere once its page was left', async ({ page }) => {
  await open(page, 'accounts/add')
  await password(page).fill('a password')
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expect(page).toHaveTitle('Inbox · Carillon')
  await page.goBack()
  await expect(password(page)).toHaveValue('')
})

test('while the server is asked it says so, and asks once', async ({ page }) => {
  await open(page, 'accounts/add')
  await expect(page.getByText('Sign in to Oddsfield')).toBeVisible()
  await fill(page, 'https://oddsfield.example')
  await page.evaluate(() => window.fake?.hold('sign_in'))
  await signIn(page).click()
  await expect(page.getByText('Carillon reaches the server and asks who you are.')).toBeVisible()
  await page.getByRole('button', { name: 'Signing in' }).click()
  await page.evaluate(() => window.fake?.hold('sign_in', false))
  await expect(page).toHaveTitle('Inbox · Carillon')
  await expect.poll(() => page.evaluate(() => window.fake?.world.accounts.length)).toBe(7)
})

test.describe('without a keyring', () => {
  test('nothing can be added until it is ready', async ({ page }) => {
    await open(page, 'accounts/add', { fake: 'keyring-locked' })
    await expect(signIn(page)).toHaveAttribute('aria-disabled', 'true')
    await page.getByRole('button', { name: 'Check again' }).click()
    await expect(toast(page, 'Tokens can be kept now.')).toBeVisible()
    await expect(signIn(page)).not.toHaveAttribute('aria-disabled')
  })

  test('a sealed file that is there is opened with its passphrase, however short', async ({ page }) => {
    await open(page, 'accounts/add', { fake: 'sealed' })
    await expect(page.getByLabel('Passphrase again')).toHaveCount(0)
    const passphrase = page.getByLabel('Passphrase', { exact: true })
    await passphrase.fill('gongs')
    await page.getByRole('button', { name: 'Open the file' }).click()
    await expect(page.getByText('This passphrase does not open the sealed file.')).toBeVisible()
    await passphrase.fill('bells')
    await page.getByRole('button', { name: 'Open the file' }).click()
    await expect(toast(page, 'Tokens can be kept now.')).toBeVisible()
  })

  test('a session that keeps nothing is taken only after it was said what that means', async ({ page }) => {
    await open(page, 'accounts/add', { fake: 'keyring-missing' })
    await page.getByRole('button', { name: 'This session only' }).click()
    await expect(page.getByText(/nothing of this session can be read again/)).toBeVisible()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'This session only' }).click()
    await page.getByRole('button', { name: 'Keep nothing after this session' }).click()
    await expect(toast(page, 'Tokens can be kept now.')).toBeVisible()
    await expect(page.getByText('Memory only: gone when Carillon ends')).toBeAttached()
    await expect(signIn(page)).not.toHaveAttribute('aria-disabled')
  })

  test('a file that a passphrase seals takes its place, if the person wants so', async ({ page }) => {
    await open(page, 'accounts/add', { fake: 'keyring-locked' })
    await page.getByRole('button', { name: 'Use a file sealed with a passphrase' }).click()
    const first = page.getByLabel('Passphrase', { exact: true })
    const again = page.getByLabel('Passphrase again')
    await first.fill('short')
    await page.getByRole('button', { name: 'Make the file' }).click()
    await expect(first).toHaveAccessibleDescription('At least 8 characters.')
    await first.fill('five small brass bells')
    await again.fill('five small brass bolts')
    await page.getByRole('button', { name: 'Make the file' }).click()
    await expect(again).toHaveAccessibleDescription('The two are not the same.')
    await again.fill('five small brass bells')
    await page.getByRole('button', { name: 'Make the file' }).click()
    await expect(toast(page, 'Tokens can be kept now.')).toBeVisible()
    await expect(page.getByText('A file sealed with your passphrase')).toBeAttached()
  })
})
