import { beforeEach, expect, it } from 'vitest'
import { nameItem, namePage } from './title'

beforeEach(() => {
  namePage('Inbox')
})

it('the window is called after the item that is open, and after its page once that is closed', () => {
  expect(document.title).toBe('Inbox · Carillon')
  const close = nameItem('Market resolved: YES')
  expect(document.title).toBe('Market resolved: YES · Carillon')
  close()
  expect(document.title).toBe('Inbox · Carillon')
})

it('an item that takes the place of another keeps its name when that one goes', () => {
  const first = nameItem('First')
  const second = nameItem('Second')
  first()
  expect(document.title).toBe('Second · Carillon')
  second()
})

it('before there is a page it is called after the app', () => {
  namePage(null)
  expect(document.title).toBe('Carillon')
})
