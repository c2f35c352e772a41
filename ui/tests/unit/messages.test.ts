import { expect, it } from 'vitest'
import english from '../../messages/en.json?raw'

it('messages stand one a line, in the order of their keys', () => {
  const keys = english
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line) => /^ {2}"([a-z0-9_]+)": /.exec(line)?.[1] ?? `not a message: ${line}`)
  expect(keys).toEqual([...keys].sort())
  expect(keys).toEqual(Object.keys(JSON.parse(english) as object))
})
