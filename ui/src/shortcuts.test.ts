import { afterEach, describe, expect, it, vi } from 'vitest'
import { keyNames, keyOf, Shortcuts } from './shortcuts.svelte'

function press(
  shortcuts: Shortcuts,
  key: string,
  more: KeyboardEventInit = {},
  on: Element = document.body,
): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
  on.addEventListener(
    'keydown',
    (heard) => {
      shortcuts.handle(heard as KeyboardEvent)
    },
    { once: true },
  )
  on.dispatchEvent(event)
  return event
}

afterEach(() => {
  document.body.replaceChildren()
})

describe('a key', () => {
  it('runs what it is for and nothing else happens with it', () => {
    const run = vi.fn()
    const shortcuts = new Shortcuts()
    shortcuts.add(() => [{ keys: 'e', run }])
    expect(press(shortcuts, 'e').defaultPrevented).toBe(true)
    expect(press(shortcuts, 'x').defaultPrevented).toBe(false)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('may be two keys, one after the other', () => {
    const run = vi.fn()
    const shortcuts = new Shortcuts()
    shortcuts.add(() => [{ keys: 'g i', run }])
    press(shortcuts, 'i')
    expect(run).not.toHaveBeenCalled()
    press(shortcuts, 'g')
    press(shortcuts, 'x')
    press(shortcuts, 'i')
    expect(run).not.toHaveBeenCalled()
    press(shortcuts, 'g')
    press(shortcuts, 'i')
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('is left to a field that is being written into, unless it comes with Ctrl or ⌘', () => {
    const letter = vi.fn()
    const search = vi.fn()
    const shortcuts = new Shortcuts()
    shortcuts.add(() => [
      { keys: 'e', run: letter },
      { keys: 'mod+k', run: search },
    ])
    const input = document.body.appendChild(document.createElement('input'))
    press(shortcuts, 'e', {}, input)
    press(shortcuts, 'k', { ctrlKey: true }, input)
    press(shortcuts, 'k', { metaKey: true }, input)
    expect(letter).not.toHaveBeenCalled()
    expect(search).toHaveBeenCalledTimes(2)
  })

  it('does nothing below an open dialog', () => {
    const run = vi.fn()
    const shortcuts = new Shortcuts()
    shortcuts.add(() => [{ keys: 'e', run }])
    document.body.appendChild(document.createElement('div')).setAttribute('role', 'dialog')
    press(shortcuts, 'e')
    expect(run).not.toHaveBeenCalled()
  })

  it('that is a single letter can be turned off, others not', () => {
    const run = vi.fn()
    const shortcuts = new Shortcuts()
    shortcuts.letters = false
    shortcuts.add(() =>
      ['e', 'g i', '[', 'F6', 'mod+k'].map((keys) => ({
        keys,
        run: () => {
          run(keys)
        },
      })),
    )
    for (const key of ['e', 'g', 'i', '[', 'F6']) press(shortcuts, key)
    press(shortcuts, 'k', { ctrlKey: true })
    expect(run.mock.calls.flat()).toEqual(['F6', 'mod+k'])
  })

  it('belongs to who came last, and to who was there before once that one is gone', () => {
    const shell = vi.fn()
    const page = vi.fn()
    const shortcuts = new Shortcuts()
    shortcuts.add(() => [{ keys: 'z', label: 'Undo', run: shell }])
    const leave = shortcuts.add(() => [{ keys: 'z', label: 'Undo', run: page }])
    expect(shortcuts.all).toHaveLength(1)
    press(shortcuts, 'z')
    leave()
    press(shortcuts, 'z')
    expect([page.mock.calls.length, shell.mock.calls.length]).toEqual([1, 1])
  })
})

it('keys are named as they stand on the keyboard', () => {
  expect(keyNames('mod+k', true)).toEqual(['⌘K'])
  expect(keyNames('mod+shift+i', false)).toEqual(['Ctrl Shift I'])
  expect(keyNames('g i', false)).toEqual(['G', 'I'])
})

it('a key is told by what was typed', () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
  expect(keyOf({ ...plain, key: '?', shiftKey: true })).toBe('?')
  expect(keyOf({ ...plain, key: 'I', shiftKey: true, ctrlKey: true })).toBe('mod+shift+i')
})
