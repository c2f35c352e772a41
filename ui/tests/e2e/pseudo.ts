/** The app in the stand-in language: what is not in brackets did not come from the messages. */

import type { Page } from '@playwright/test'
import { expect, overflow } from './fixtures'
import type { Look } from './looks'

/** A page that is looked at in the pseudo-locale alone. */
export type Further = Pick<Look, 'name' | 'path' | 'asked' | 'act'>

const FIRST = '0197a1c0-0000-7000-8000-000000000001'

/** States that no picture is kept of. */
export const FURTHER: readonly Further[] = [
  { name: 'nowhere', path: 'nowhere' },
  { name: 'an account that is gone', path: 'nobody/markets' },
  { name: 'rooms where there are none', path: '0197a1c0-0000-7000-8000-000000000002/rooms' },
  { name: 'a notice that is gone', path: `inbox/${FIRST}/999` },
  { name: 'a market that is not known', path: `${FIRST}/market/nowhere` },
  { name: 'everything read', path: 'inbox?filter=unread', asked: { fake: 'empty' } },
  { name: 'an empty archive', path: 'inbox?filter=archived', asked: { fake: 'empty' } },
  { name: 'a store that can’t be read', path: 'inbox', asked: { fake: 'broken' } },
  { name: 'a search that failed', path: 'search?text=market', asked: { fake: 'broken' } },
  { name: 'prices that are not live', path: `${FIRST}/market/m-101`, asked: { fake: 'reconnecting' } },
  { name: 'the question whether it may ring', path: 'settings', asked: { fake: 'first-run' } },
  { name: 'security without a keyring', path: 'settings/security', asked: { fake: 'keyring-missing' } },
  { name: 'connections without a keyring', path: 'connections', asked: { fake: 'keyring-locked' } },
]

/** Months and days: those of dates come from the system's locale. */
const DATES =
  /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b|\bUTC\b/g

/** Addresses and ids that are cut in the middle. */
const SHORTENED = '(?:\\b0[x×])?\\w+…\\w+'

/** What comes from the double or the system, beside what its world holds. */
const KNOWN = ['Carillon', 'Linux', ...['Oddsfield', 'Northyard', 'Sparring', 'Ledgerline', 'Quorum']]

/** A message may stand within a message: the innermost brackets go first. */
function withoutMessages(text: string): string {
  const rest = text.replace(/\[[^[\]]*\]/gs, ' ')
  return rest === text ? text : withoutMessages(rest)
}

/** Looks at everything that a page says in the stand-in language, once its letters are there. */
export async function readAll(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  const texts = await page.evaluate(
    ([known, shortened]) => {
      // What platforms and people wrote is data, and stays as it is.
      const data = new Set<string>(known)
      const gather = (value: unknown, depth = 0): void => {
        if (typeof value === 'string') data.add(value.trim())
        else if (value instanceof Map) for (const one of value.values()) gather(one, depth + 1)
        else if (typeof value === 'object' && value !== null && depth < 8)
          for (const one of Object.values(value)) gather(one, depth + 1)
      }
      const { world } = window.fake ?? {}
      for (const { view, notices, entities, activity } of world?.accounts ?? []) {
        gather([view.account, view.topics, view.connection.socketId])
        for (const one of [notices, entities, activity]) gather(one)
      }
      gather(world?.app)
      const shown: string[] = []
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement
        if (parent?.closest('kbd, script, svg text, mark') !== null) continue
        // What says itself that it is in the core's language.
        if (parent.closest('[lang]:not(html)') !== null) continue
        // What was searched for is marked within a text, which is one all the same.
        const whole = parent.querySelector(':scope > mark') === null ? walker.currentNode : parent
        shown.push(whole.textContent ?? '')
      }
      for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))
        for (const name of ['aria-label', 'title', 'placeholder'])
          shown.push(element.getAttribute(name) ?? '')
      const longest = [...data].filter((text) => text.length > 1).sort((a, b) => b.length - a.length)
      return shown
        .map((text) => text.replace(new RegExp(shortened, 'g'), ' '))
        .map((text) => longest.reduce((rest, one) => rest.split(one).join(' '), text))
    },
    [KNOWN, SHORTENED] as const,
  )
  const plain = texts
    .map((text) => withoutMessages(text).replace(DATES, ' '))
    .filter((text) => /\p{L}{2}/u.test(text))
  expect(plain).toEqual([])
  expect(await overflow(page)).toEqual([])
}
