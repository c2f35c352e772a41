import type { Page } from '@playwright/test'

/** What is too small for a finger: 44 px in height, also where more answers to it than is drawn. */
export async function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST = 44
    const found: string[] = []
    const all = document.querySelectorAll<HTMLElement>('a[href], button, input, select, [role="switch"]')
    for (const element of all) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
      // A native control that is not seen is pressed through its label; a link within a sentence is as high as its line.
      const target = element.matches('.visually-hidden') ? element.closest('label') : element
      if (target?.closest('p, small, .skip, [aria-hidden="true"]') !== null) continue
      const box = target.getBoundingClientRect()
      const around = target.closest('label, .control') ?? target
      let height = Math.max(box.height, around.getBoundingClientRect().height)
      for (const one of [target, around]) {
        const after = getComputedStyle(one, '::after')
        if (after.content === 'none' || after.position !== 'absolute') continue
        height = Math.max(height, Number.parseFloat(after.height))
      }
      if (height < LEAST - 0.5)
        found.push(
          `${String(Math.round(height))} px: ${target.tagName} ${target.ariaLabel ?? target.innerText}`,
        )
    }
    return found
  })
}
