import { expect, overflow, open, test } from './fixtures'

/** Pages that are looked at in the pseudo-locale. */
const PAGES = ['inbox', 'nowhere']

/** Months and days: those of dates come from the system's locale. */
const DATES =
  /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b|\bUTC\b/g

/** A message may stand within a message: the innermost brackets go first. */
function withoutMessages(text: string): string {
  const rest = text.replace(/\[[^[\]]*\]/gs, ' ')
  return rest === text ? text : withoutMessages(rest)
}

for (const path of PAGES) {
  test(`every text of ${path} comes from the messages`, async ({ page }) => {
    await open(page, path, { locale: 'en-XA' })
    const texts = await page.evaluate(() => {
      // What platforms and people wrote is data, and stays as it is.
      const data = new Set<string>(['Carillon'])
      const gather = (value: unknown, depth = 0): void => {
        if (typeof value === 'string') data.add(value.trim())
        else if (value instanceof Map) for (const one of value.values()) gather(one, depth + 1)
        else if (typeof value === 'object' && value !== null && depth < 8)
          for (const one of Object.values(value)) gather(one, depth + 1)
      }
      gather(window.fake?.world.accounts)
      gather(window.fake?.world.vault)
      const shown: string[] = []
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement
        if (parent?.closest('kbd, script, svg text') === null)
          shown.push(walker.currentNode.textContent ?? '')
      }
      for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))
        for (const name of ['aria-label', 'title', 'placeholder'])
          shown.push(element.getAttribute(name) ?? '')
      const longest = [...data].filter((text) => text.length > 1).sort((a, b) => b.length - a.length)
      return shown.map((text) => longest.reduce((rest, known) => rest.split(known).join(' '), text))
    })
    const plain = texts
      .map((text) => withoutMessages(text).replace(DATES, ' '))
      .filter((text) => /\p{L}{2}/u.test(text))
    expect(plain).toEqual([])
    expect(await overflow(page)).toEqual([])
  })
}
