import { expect, overflow, test, violations } from './fixtures'
import { LOOKS, show } from './looks'

for (const look of LOOKS) {
  const { name, plain, ready } = look

  test(`${name} looks as it was drawn, and nothing is in anybody’s way`, async ({ page, isMobile }) => {
    await show(page, look)
    await expect(ready(page)).toBeVisible()
    expect(await overflow(page)).toEqual([])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
      if (plain !== true) await expect(page).toHaveScreenshot(`${name}-${colorScheme}.png`)
      expect(await violations(page), colorScheme).toEqual([])
    }
    if (isMobile) return
    for (const [width, shell] of [
      [820, 'tablet'],
      [1680, 'wide'],
    ] as const) {
      await page.setViewportSize({ width, height: 1000 })
      await expect(page.locator('html')).toHaveAttribute('data-shell', shell)
      expect(await overflow(page), `${width} px`).toEqual([])
    }
  })

  test(`${name} has room for large texts and longer languages`, async ({ page }) => {
    await show(page, look, { text: '200' })
    await expect(ready(page)).toBeVisible()
    expect(await overflow(page), 'texts of twice the size').toEqual([])
    expect(await violations(page)).toEqual([])
    await show(page, look, { locale: 'en-XA' })
    await page.evaluate(() => document.fonts.ready)
    expect(await overflow(page), 'longer words').toEqual([])
  })
}
