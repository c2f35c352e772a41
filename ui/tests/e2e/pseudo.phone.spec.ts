import { test } from './fixtures'
import { PAGES, walk } from './pseudo'

/** Where a phone shows something else than a window with more room. */
const OTHERS = ['inbox', 'notice', 'connections', 'connection', 'settings', 'markets', 'market', 'search']

for (const walked of PAGES.filter(({ name }) => OTHERS.includes(name))) {
  test(`every text of ${walked.name} comes from the messages, on a phone too`, async ({ page }) => {
    await walk(page, walked)
  })
}
