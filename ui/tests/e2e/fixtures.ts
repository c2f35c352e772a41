import AxeBuilder from '@axe-core/playwright'
import { expect, test as base, type Locator, type Page } from '@playwright/test'

interface Fixtures {
  /** What went wrong in the page: errors, warnings of the console, what the content policy stopped. */
  complaints: string[]
}

/** A test that fails where the page complains, whatever else it looks at. */
export const test = base.extend<Fixtures>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
      await page.addInitScript(() => {
        // The app's window freezes it before anything runs: what assigns over it fails there, and so here.
        Object.freeze(Object.prototype)
        addEventListener('securitypolicyviolation', (event) => {
          console.error(
            `content policy: ${event.violatedDirective} stopped ${event.blockedURI} ${event.sample}`,
          )
        })
      })
      await use(complaints)
      expect(complaints).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }

/** The moment at which the double's clock stands. */
export const NOW = '2026-11-19T14:03:00Z'

/** Opens the app on its double: `open(page, 'inbox', { fake: 'offline' })`. */
export async function open(page: Page, path = '', asked: Record<string, string> = {}): Promise<void> {
  const query = new URLSearchParams({ fake: 'demo', frozen: NOW, ...asked })
  await page.goto(`/?${query.toString()}#/${path}`)
  await expect(page.locator('[data-page-heading]:visible').first()).toBeVisible()
}

/** A message of the app: a toast. It is read out, too, by an element that nobody sees. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.getByRole('region', { name: 'Messages' }).getByText(text)
}

/** What axe finds against WCAG 2.2 AA and its best practices, without these of its rules. */
export async function violations(page: Page, without: readonly string[] = []): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .disableRules([...without])
    .analyze()
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  )
}

/** Whether something is wider than the window, so that the page would have to be moved sideways. */
export async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => {
        const { right, left, width } = element.getBoundingClientRect()
        // A drawing cuts off what is outside of it.
        if (element instanceof SVGElement && element.ownerSVGElement !== null) return false
        if (width === 0 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
          return false
        // What scrolls sideways on purpose, and what is only there to be heard.
        if (element.closest('.visually-hidden, .chips, [data-sideways]') !== null) return false
        return right > innerWidth + 1 || left < -1
      })
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`),
  )
}
