import { test } from './fixtures'
import { show } from './looks'
import { FURTHER, readAll } from './pseudo'

for (const further of FURTHER) {
  test(`every text of ${further.name} comes from the messages`, async ({ page }) => {
    await show(page, further, { locale: 'en-XA' })
    await readAll(page)
  })
}
