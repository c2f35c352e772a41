import { expect, open, test } from './fixtures'

test('tabs stand below and are large enough for a finger', async ({ page }) => {
  await open(page, 'kit')
  const tabs = page.getByRole('navigation', { name: 'Main' })
  for (const tab of await tabs.getByRole('link').all()) {
    const box = await tab.boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(44)
    expect(box?.width).toBeGreaterThanOrEqual(44)
  }
})
