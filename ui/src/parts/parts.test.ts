import { cleanup, render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { createRawSnippet } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import Button from './Button.svelte'
import ConnectionPill from './ConnectionPill.svelte'
import Count from './Count.svelte'
import ErrorBoundary from './ErrorBoundary.svelte'
import FactStrip from './FactStrip.svelte'
import FilterChips from './FilterChips.svelte'
import Freshness from './Freshness.svelte'
import Figure from './Figure.svelte'
import NoticeRow from './NoticeRow.svelte'
import PasswordField from './PasswordField.svelte'
import SearchField from './SearchField.svelte'
import Segmented from './Segmented.svelte'
import Skeleton from './Skeleton.svelte'
import Switch from './Switch.svelte'
import TextField from './TextField.svelte'
import { sampleAccount } from '../kit/samples'

const words = (text: string): ReturnType<typeof createRawSnippet> =>
  createRawSnippet(() => ({ render: () => `<span>${text}</span>` }))

/** What an element is described by, as it is read out. */
function description(element: Element): string {
  const id = element.getAttribute('aria-describedby')
  return (id === null ? null : document.getElementById(id))?.textContent.trim() ?? ''
}

afterEach(() => {
  cleanup()
})

describe('a button', () => {
  it('that is off stays reachable, says why, and does nothing', async () => {
    const onclick = vi.fn()
    render(Button, { reason: 'Off until prices are live again.', onclick, children: words('Trade') })
    const button = screen.getByRole('button', { name: 'Trade' })
    await userEvent.click(button)
    expect(onclick).not.toHaveBeenCalled()
    expect(button.getAttribute('aria-disabled')).toBe('true')
    expect(button.hasAttribute('disabled')).toBe(false)
    expect(description(button)).toBe('Off until prices are live again.')
  })

  it('does what it is for, and is no submit button by chance', async () => {
    const onclick = vi.fn()
    render(Button, { onclick, children: words('Open') })
    const button = screen.getByRole('button', { name: 'Open' })
    await userEvent.click(button)
    expect(onclick).toHaveBeenCalledOnce()
    expect(button.getAttribute('type')).toBe('button')
  })

  it('with an address is a link', () => {
    render(Button, { href: '#/inbox', children: words('Inbox') })
    expect(screen.getByRole('link', { name: 'Inbox' }).getAttribute('href')).toBe('#/inbox')
  })
})

describe('a field', () => {
  it('is named by its label and described by what is wrong', () => {
    render(TextField, {
      label: 'Server',
      hint: 'As the platform gave it.',
      error: 'An address is needed.',
      value: '',
    })
    const field = screen.getByRole('textbox', { name: 'Server' })
    expect(field.getAttribute('aria-invalid')).toBe('true')
    expect(description(field)).toBe('An address is needed.')
  })

  it('for a secret hides it until its eye is opened', async () => {
    render(PasswordField, { label: 'Password', value: 'horse' })
    const field = screen.getByLabelText('Password')
    expect(field.getAttribute('type')).toBe('password')
    await userEvent.click(screen.getByRole('button', { name: 'Show what is typed' }))
    expect(field.getAttribute('type')).toBe('text')
    expect(field).toHaveProperty('value', 'horse')
  })

  it('for a search is emptied by Esc, and that key goes no further', async () => {
    const oninput = vi.fn()
    const outside = vi.fn()
    document.addEventListener('keydown', outside)
    render(SearchField, { label: 'Search settings', value: 'bell', oninput })
    const field = screen.getByRole('searchbox', { name: 'Search settings' })
    field.focus()
    await userEvent.keyboard('{Escape}')
    expect(field).toHaveProperty('value', '')
    expect(oninput).toHaveBeenCalledWith('')
    expect(outside).not.toHaveBeenCalled()
    await userEvent.keyboard('{Escape}')
    expect(outside).toHaveBeenCalledOnce()
    document.removeEventListener('keydown', outside)
  })
})

describe('a choice', () => {
  it('of segments is one group, of which one is on', async () => {
    const onchange = vi.fn()
    render(Segmented, {
      label: 'Show as',
      value: 'chart',
      options: [
        { value: 'chart', label: 'Chart' },
        { value: 'table', label: 'Table' },
      ],
      onchange,
    })
    expect(screen.getByRole('radiogroup', { name: 'Show as' })).toBeTruthy()
    await userEvent.click(screen.getByRole('radio', { name: 'Table' }))
    expect(onchange).toHaveBeenCalledWith('table')
    expect(screen.getByRole('radio', { name: 'Chart' })).toHaveProperty('checked', false)
  })

  it('of filters says what each leaves, and nothing of none', async () => {
    const onchange = vi.fn()
    render(FilterChips, {
      label: 'Filter',
      value: 'all',
      options: [
        { value: 'all', label: 'All', count: 7 },
        { value: 'unread', label: 'Unread', count: 0 },
      ],
      onchange,
    })
    expect(screen.getByRole('button', { name: 'All 7' }).getAttribute('aria-pressed')).toBe('true')
    await userEvent.click(screen.getByRole('button', { name: 'Unread' }))
    expect(onchange).toHaveBeenCalledWith('unread')
  })

  it('of on or off is a switch', async () => {
    const onchange = vi.fn()
    render(Switch, { label: 'Quiet hours', checked: false, onchange })
    await userEvent.click(screen.getByRole('switch', { name: 'Quiet hours' }))
    expect(onchange).toHaveBeenCalledWith(true)
  })
})

describe('a number', () => {
  it('that is unknown is a dash and never 0', () => {
    render(Figure, { value: undefined, unit: 'ETH' })
    expect(document.body.textContent).toContain('–')
    expect(document.body.textContent).toContain('Unknown')
    expect(document.body.textContent).not.toContain('ETH')
  })

  it('is struck when a new live value comes, and not for the first one or a stale one', async () => {
    const { rerender, container } = render(Figure, { value: '0.634' })
    const figure = (): Element | null => container.querySelector('.figure')
    expect(figure()?.classList.contains('struck')).toBe(false)
    await rerender({ value: '0.635' })
    expect(figure()?.classList.contains('struck')).toBe(true)
    cleanup()
    const stale = render(Figure, { value: '0.634', look: 'stale' })
    await stale.rerender({ value: '0.635', look: 'stale' })
    const later = stale.container.querySelector('.figure')
    expect(later?.classList.contains('struck')).toBe(false)
    expect(later?.classList.contains('faded')).toBe(true)
  })

  it('says how old it is in words', () => {
    const now = Date.UTC(2026, 10, 19, 14, 3)
    render(Freshness, { of: { state: 'live', at: now - 4_000 }, now, age: true })
    expect(document.body.textContent).toContain('Live, 4 s ago')
  })

  it('in a strip loses its colour where it is not live, but not where it is unknown', () => {
    const fresh = { state: 'cached', at: 0 } as const
    render(FactStrip, {
      facts: [
        { label: 'YES', value: '0.634', fresh },
        { label: 'NO', value: undefined, fresh },
        { label: 'Volume', value: '10', fresh: { state: 'live', at: 0 } },
        { label: 'Ends', value: 'Friday' },
      ],
    })
    const faded = [...document.querySelectorAll('.faded')].map((one) => one.textContent)
    expect(faded).toEqual(['0.634'])
  })

  it('of 0 draws no badge, and one above 999 says the exact one to those who hear it', () => {
    const { container, rerender } = render(Count, { value: 0, label: '0 unread' })
    expect(container.textContent.trim()).toBe('')
    return rerender({ value: 1284, label: '1,284 unread' }).then(() => {
      expect(container.textContent).toContain('999+')
      expect(container.textContent).toContain('1,284 unread')
    })
  })
})

describe('a connection', () => {
  it('of one account shows the round trip while it is live', () => {
    render(ConnectionPill, { accounts: [sampleAccount({}, { latencyMs: 18 })] })
    expect(document.body.textContent).toMatch(/Live\s*18 ms/)
  })

  it('of several is the worst of them, with how many', () => {
    const accounts = [
      sampleAccount(),
      sampleAccount({ state: 'reconnecting' }),
      sampleAccount({ state: 'reconnecting' }),
    ]
    render(ConnectionPill, { accounts })
    expect(document.body.textContent.trim()).toBe('2 reconnecting')
  })

  it('is called offline where this computer is, without its tries', () => {
    const away = sampleAccount({ state: 'reconnecting', tries: 7 })
    render(ConnectionPill, { accounts: [away], offline: true })
    expect(document.body.textContent.trim()).toBe('Offline')
  })

  it('is not drawn where there is no account', () => {
    const { container } = render(ConnectionPill, { accounts: [] })
    expect(container.textContent.trim()).toBe('')
  })
})

it('a notice says whose it is, that it is unread, and its level', () => {
  render(NoticeRow, {
    href: '#/inbox/a/1',
    account: { colour: 1, letter: 'O', title: 'Oddsfield' },
    title: 'Market resolved',
    text: 'YES',
    time: '13:31',
    at: Date.UTC(2026, 10, 19, 13, 31, 22, 123),
    level: 'warning',
    unread: true,
    selected: true,
  })
  const row = screen.getByRole('link', {
    // With the exact time, which is shown only where one asks for it.
    name: /Oddsfield Unread: Market resolved YES 13:31, .*22\.123.* Warning/,
  })
  expect(row.textContent).not.toContain('22.123')
  expect(row.getAttribute('aria-current')).toBe('true')
})

describe('what is being read', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it('shows nothing at first, shapes after 150 ms and a sentence after two seconds', async () => {
    const { container } = render(Skeleton, { rows: 3, sentence: 'Reading 10 items' })
    expect(container.querySelectorAll('svg')).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(150)
    expect(container.querySelectorAll('svg')).toHaveLength(3)
    expect(container.textContent).not.toContain('Reading')
    await vi.advanceTimersByTimeAsync(1_850)
    expect(container.textContent).toContain('Reading 10 items')
  })
})

it('a page that fails says so and can be drawn again', async () => {
  let broken = true
  const page = createRawSnippet(() => ({
    render: () => {
      if (broken) throw new Error('no such field')
      return '<p>All is well</p>'
    },
  }))
  render(ErrorBoundary, { where: 'inbox', children: page })
  expect(screen.getByRole('heading', { name: 'This page failed to draw' })).toBeTruthy()
  broken = false
  await userEvent.click(screen.getByRole('button', { name: 'Reload page' }))
  expect(document.body.textContent).toContain('All is well')
})
