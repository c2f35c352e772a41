/** A page walked with Tab. */

import type { Page } from '@playwright/test'
import { expect } from './fixtures'

interface Stop {
  /** What has the focus; empty where the window has given it away. */
  what: string
  /** What is wrong with it. */
  wrong: string
}

/** What a person sees of the element that has the focus, and whether it comes after the one before. */
function stop(page: Page): Promise<Stop> {
  return page.evaluate(() => {
    const at = document.activeElement
    if (!(at instanceof HTMLElement) || at === document.body || at.dataset['walked'] !== undefined)
      return { what: '', wrong: '' }
    const before = [...document.querySelectorAll<HTMLElement>('[data-walked]')].reduce<HTMLElement | null>(
      (last, one) => (Number(one.dataset['walked']) > Number(last?.dataset['walked'] ?? -1) ? one : last),
      null,
    )
    at.dataset['walked'] = String(Number(before?.dataset['walked'] ?? -1) + 1)
    const what = `${at.tagName.toLowerCase()} ${at.getAttribute('aria-label') ?? at.textContent.trim().slice(0, 40)}`
    // What is chosen by an input may be drawn by its label or by what it stands in.
    const drawn = [at, at.closest('label'), at.nextElementSibling, at.parentElement].filter(
      (one) => one !== null,
    )
    const styles = [...drawn.map((one) => getComputedStyle(one)), getComputedStyle(at, '::after')]
    const ringed = styles.some(
      ({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
    )
    const seen = drawn.find((one) => one.getBoundingClientRect().width > 1) ?? at
    const { left, right, top, bottom } = seen.getBoundingClientRect()
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2
    const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2
    const there = document.elementFromPoint(x, y)
    const covered = there === null || !(seen.contains(there) || there.contains(seen))
    const follows =
      before === null || (before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
    const wrong = [!ringed && 'has no ring', covered && 'is covered', !follows && 'is out of order']
    return { what, wrong: wrong.filter((one) => one !== false).join(', ') }
  })
}

/** What can be used with a pointer and was not come to with Tab; of a list or a choice one stop is enough. */
function missed(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex="0"]')]
      .filter((one) => one.tabIndex >= 0 && one.dataset['walked'] === undefined)
      .filter((one) => one.checkVisibility({ visibilityProperty: true }))
      .filter((one) => !(one instanceof HTMLInputElement && one.type === 'radio'))
      .map(
        (one) => `${one.tagName.toLowerCase()} ${one.getAttribute('aria-label') ?? one.textContent.trim()}`,
      ),
  )
}

/** Walks a page from its beginning: all is come to, in order, with a ring that is seen, and nothing moves meanwhile. */
export async function walkWithTab(page: Page): Promise<void> {
  const wrong: string[] = []
  for (let steps = 0; steps < 250; steps += 1) {
    await page.keyboard.press('Tab')
    const { what, wrong: why } = await stop(page)
    if (what === '') break
    if (why !== '') wrong.push(`${what}: ${why}`)
  }
  expect(wrong).toEqual([])
  expect(await missed(page)).toEqual([])
  expect(await moving(page), 'with reduced motion nothing moves').toBe(0)
}

/** How much moves on the page. */
export function moving(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      document.getAnimations().filter((animation) => {
        const { duration } = animation.effect?.getComputedTiming() ?? {}
        return typeof duration === 'number' && duration > 1
      }).length,
  )
}
