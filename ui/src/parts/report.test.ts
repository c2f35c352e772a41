import { expect, it } from 'vitest'
import { report } from './report'

it('a report names the page without the account or what was searched for', () => {
  const text = report(
    new TypeError('x is not a function'),
    'inbox/0197a1c0-0000-7000-8000-000000000001/7?text=salary',
  )
  expect(text).toContain('Page: inbox/…/7')
  expect(text).toContain('TypeError: x is not a function')
  expect(text).not.toContain('0197a1c0')
  expect(text).not.toContain('salary')
})
