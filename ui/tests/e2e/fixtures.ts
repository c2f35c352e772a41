import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import { expect, test as base, type BrowserContext, type Locator, type Page } from '@playwright/test'

interface Fixtures {
  /** What went wrong in the page: errors, warnings of the console, what the content policy stopped. */
  complaints: string[]
}

interface Shared {
  /** The browser's window of a worker: its pages share what was fetched, and nothing that the app keeps. */
  shared: BrowserContext
}

/** A test that fails where the page complains, whatever else it looks at. */
export const test = base.extend<Fixtures, Shared>({
  shared: [
    async ({ browser }, use, { project }) => {
      const { baseURL, hasTouch, isMobile, locale, timezoneId, viewport } = project.use
      const asked = { baseURL, hasTouch, isMobile, locale, timezoneId, viewport }
      const known = Object.entries(asked).filter(([, value]) => value !== undefined)
      const context = await browser.newContext(Object.fromEntries(known))
      await use(context)
      await context.close()
    },
    { scope: 'worker' },
  ],
  page: async ({ shared }, use) => {
    const page = await shared.newPage()
    // What the test before chose is forgotten once, so that it can be looked at what this one's page keeps.
    await page.addInitScript(() => {
      if (sessionStorage.getItem('begun') !== null) return
      localStorage.clear()
      sessionStorage.setItem('begun', '')
    })
    await use(page)
    await page.close()
  },
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

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The colours are what differs from theme to theme; nothing else is looked at again in the second one. */
const COLOURS = 'color-contrast'

/**
 * What axe finds against WCAG 2.2 AA and its best practices: by all rules but some, or by those of the colours alone.
 * It runs in the page itself, which has no frames.
 */
export async function violations(
  page: Page,
  { without = [], colours = 'too' }: { without?: readonly string[]; colours?: 'too' | 'only' | 'not' } = {},
): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const off = [...without, ...(colours === 'not' ? [COLOURS] : [])]
  const options: RunOptions = {
    runOnly: colours === 'only' ? { type: 'rule', values: [COLOURS] } : { type: 'tag', values: tags },
    rules: Object.fromEntries(off.map((id) => [id, { enabled: false }])),
    resultTypes: ['violations'],
  }
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE)
  await settled(page)
  const { violations: found } = await page.evaluate(async (asked): Promise<AxeResults> => {
    const { axe } = window as unknown as { axe: { run: (options: unknown) => Promise<AxeResults> } }
    return axe.run(asked)
  }, options)
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  )
}

/** Waits until what moves or changes colour for a moment has come to its end: half a fade has no colours of its own. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => {
      const end = effect?.getComputedTiming().endTime
      return typeof end === 'number' && Number.isFinite(end)
    })
    await Promise.allSettled(ending.map((animation) => animation.finished))
  })
}

/** Has the system choose a theme, and waits until what changes colour slowly has done so. */
export async function wear(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
  await settled(page)
}

/** Chooses larger texts, as a person does in the settings. */
export async function enlarge(page: Page, textSize: '100' | '125' | '150' | '200'): Promise<void> {
  await page.evaluate((size) => {
    const { fake } = window
    if (fake) fake.tell({ type: 'settings', settings: { ...fake.world.settings, textSize: size } })
  }, textSize)
  await expect(page.locator('html')).toHaveAttribute('data-text', textSize)
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
