import { cleanup, render, screen } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import ToastRegion from './ToastRegion.svelte'
import { Toasts } from './toasts.svelte'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

it('what was held by the focus goes again once what had it is taken away, also where nothing tells of that', async () => {
  const toasts = new Toasts()
  render(ToastRegion, { toasts })
  toasts.show({ level: 'info', title: 'First' })
  toasts.show({ level: 'info', title: 'Second' })
  await tick()
  const [dismiss] = screen.getAllByRole('button', { name: 'Dismiss' })
  dismiss?.focus()
  await tick()
  vi.advanceTimersByTime(20_000)
  expect(toasts.shown).toHaveLength(2)
  // As in an engine that fires no focusout when an element is removed.
  const list = document.querySelector('ol')
  const stop = (event: Event): void => {
    event.stopImmediatePropagation()
  }
  list?.parentElement?.addEventListener('focusout', stop, true)
  dismiss?.click()
  await tick()
  vi.advanceTimersByTime(6_000)
  expect(toasts.shown).toEqual([])
})
