import { test } from './fixtures'
import { PAGES, walk } from './pseudo'

for (const walked of PAGES) {
  test(`every text of ${walked.name} comes from the messages`, async ({ page }) => {
    await walk(page, walked)
  })
}
