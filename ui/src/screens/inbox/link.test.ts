import { expect, it } from 'vitest'
import { checkLink } from './link'

it('an https address shows its host', () => {
  expect(checkLink('https://app.example.invalid:8443/markets/7?x=1')).toEqual({
    is: 'host',
    host: 'app.example.invalid:8443',
  })
})

it.each([
  'javascript:alert(1)',
  'http://example.invalid',
  '/markets/7',
  'https://known.invalid@other.invalid/',
])('what is no plain https address is not offered: %s', (address) => {
  expect(checkLink(address)).toEqual({ is: 'unsafe' })
})

it('no address is no link', () => {
  expect(checkLink(null)).toEqual({ is: 'none' })
  expect(checkLink('  ')).toEqual({ is: 'none' })
})
