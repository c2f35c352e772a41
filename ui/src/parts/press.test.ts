import { expect, it } from 'vitest'
import { hasMoved } from './press'

it('a finger that trembles rests, and one that scrolls does not', () => {
  expect(hasMoved({ x: 100, y: 100 }, 104, 97)).toBe(false)
  expect(hasMoved({ x: 100, y: 100 }, 100, 112)).toBe(true)
})
