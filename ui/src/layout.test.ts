import { expect, it } from 'vitest'
import { shellFor } from './layout'

it('a window is a phone below 640, a tablet below 1100, a desktop below 1500', () => {
  expect([390, 639, 640, 1099, 1100, 1499, 1500].map((width) => shellFor(width, 16))).toEqual([
    'phone',
    'phone',
    'tablet',
    'tablet',
    'desktop',
    'desktop',
    'wide',
  ])
})

it('larger text makes the same window a smaller one', () => {
  expect(shellFor(1280, 16)).toBe('desktop')
  expect(shellFor(1280, 24)).toBe('tablet')
  expect(shellFor(1280, 40)).toBe('phone')
})
