import { beforeEach, describe, expect, it, vi } from 'vitest'
import { isDark, setTextSize, setTheme, startTheme } from './theme'

const { dataset } = document.documentElement

beforeEach(() => {
  localStorage.clear()
})

it('colours are the system’s until a person chooses', () => {
  expect(isDark('system', true)).toBe(true)
  expect(isDark('system', false)).toBe(false)
  expect(isDark('light', true)).toBe(false)
  expect(isDark('dark', false)).toBe(true)
})

describe('the next start', () => {
  it('begins in the colours and at the size of the last one', () => {
    setTheme('dark')
    setTextSize('150')
    delete dataset['theme']
    delete dataset['text']
    startTheme()
    expect(dataset['theme']).toBe('dark')
    expect(dataset['text']).toBe('150')
  })

  it('begins as the system is where nothing, or nonsense, was kept', () => {
    localStorage.setItem('theme', 'purple')
    localStorage.setItem('text', '12')
    startTheme()
    expect(dataset['theme']).toBe('light')
    expect(dataset['text']).toBe('100')
  })

  it('begins all the same where nothing can be kept', () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new Error('denied')
    })
    expect(startTheme).not.toThrow()
  })
})
