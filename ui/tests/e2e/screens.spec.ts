import { enlarge, expect, overflow, test, violations, wear } from './fixtures'
import { LOOKS, show } from './looks'
import { readAll } from './pseudo'
import { walkWithTab } from './tab'
import { tooSmall } from './touch'

// A page is loaded twice for all that is looked at: as it is, and in the stand-in language.
for (const look of LOOKS) {
  const { name, plain, ready, act, unanswered } = look

  test(`${name} looks as it was drawn, and nothing is in anybody’s way`, async ({ page, isMobile }) => {
    await show(page, look)
    await expect(ready(page)).toBeVisible()

    await test.step('it fits the window, in both themes', async () => {
      expect(await overflow(page)).toEqual([])
      for (const colorScheme of ['light', 'dark'] as const) {
        await wear(page, colorScheme)
        if (plain !== true) await expect.soft(page).toHaveScreenshot(`${name}-${colorScheme}.png`)
        const found = await violations(page, { colours: colorScheme === 'light' ? 'too' : 'only' })
        expect(found, colorScheme).toEqual([])
      }
    })

    if (isMobile) {
      await test.step('a finger meets what it means', async () => {
        expect(await tooSmall(page)).toEqual([])
      })
    } else {
      await test.step('it fits other windows', async () => {
        for (const [width, shell] of [
          [820, 'tablet'],
          [1680, 'wide'],
          [1280, 'desktop'],
        ] as const) {
          await page.setViewportSize({ width, height: width === 1280 ? 800 : 1000 })
          await expect(page.locator('html')).toHaveAttribute('data-shell', shell)
          expect(await overflow(page), `${width} px`).toEqual([])
        }
      })
      // A look that is reached by doing something is a state of a page that is walked; dialogs are walked in kit.spec.
      if (act === undefined) {
        await test.step('Tab comes to everything', async () => {
          await page.emulateMedia({ reducedMotion: 'reduce' })
          await walkWithTab(page)
        })
      }
    }

    if (unanswered !== true) {
      await test.step('it has room for texts of twice the size', async () => {
        await enlarge(page, '200')
        expect(await overflow(page)).toEqual([])
        expect(await violations(page, { colours: 'not' })).toEqual([])
      })
    }

    await test.step('every text comes from the messages, and longer words have room', async () => {
      await show(page, look, { locale: 'en-XA' })
      await readAll(page)
    })
  })
}
