import { describe, expect, it } from 'vitest'
import css from '../../src/styles/tokens.css?raw'

/** The values of one block of tokens.css. */
function block(start: string): Map<string, string> {
  const from = css.indexOf('{', css.indexOf(start))
  const body = css.slice(from, css.indexOf('}', from)).replace(/\/\*.*?\*\//gs, '')
  return new Map(
    [...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value.trim()]),
  )
}

const light = block(':root, :root[data-theme="light"]')
const themes = { light, dark: new Map([...light, ...block(':root[data-theme="dark"]')]) }

function colour(theme: Map<string, string>, name: string): string {
  const value = theme.get(name)
  if (value === undefined) throw new Error(`tokens.css has no --${name}`)
  const other = /^var\(--([\w-]+)\)$/.exec(value)?.[1]
  return other === undefined ? value : colour(theme, other)
}

/** Relative luminance as WCAG 2.2 has it. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

const words = (text: string): string[] => text.trim().split(/\s+/)

const GROUNDS = words('bg-canvas bg-surface bg-raised bg-hover bg-selected')
const ALL_GROUNDS = [...GROUNDS, 'bg-sunken']
const ACCOUNTS = Array.from({ length: 8 }, (_, index) => `acct-${index + 1}`)

/** Pairs that occur, and the least contrast for what they are: 4.5 for text, 3 for parts and drawings. */
const pairs: [foreground: string, ground: string, least: number][] = []
function allow(foregrounds: string[], grounds: string[], least: number): void {
  for (const foreground of foregrounds) for (const ground of grounds) pairs.push([foreground, ground, least])
}

allow(words('text-1 text-2 text-3 figure-stale'), ALL_GROUNDS, 4.5)
allow(
  words('accent bronze info success warning error live catching stale cached up down yes no chart-axis'),
  GROUNDS,
  4.5,
)
for (const tone of words('accent info success warning error yes no bronze'))
  allow([tone], [`${tone}-tint`], 4.5)
allow(
  words('text-1 text-2 text-3'),
  words('accent-tint bronze-tint info-tint success-tint warning-tint error-tint'),
  4.5,
)
allow(['text-on-accent'], words('accent accent-hover'), 4.5)
allow(['text-on-bronze'], ['bronze-solid'], 4.5)
allow(['text-on-error'], ['error'], 4.5)
allow(words('yes no up down live'), ['accent-tint'], 4.5)
allow(words('live stale catching'), ['bronze-tint'], 4.5)
allow(['accent'], words('success-tint warning-tint info-tint bronze-tint bg-sunken'), 4.5)
allow(words('success warning error bronze'), ['bg-sunken'], 4.5)
// A tooltip is the other way round.
allow(['bg-raised'], ['text-1'], 4.5)
allow(
  words(
    'line-ui chart-ghost focus bronze-solid live-dot catching-dot stale-dot cached-dot chart-line chart-2 chart-3',
  ),
  GROUNDS,
  3,
)
allow(words('line-ui chart-line chart-2 bronze-solid'), ['bg-sunken'], 3)
allow(['bronze-solid'], ['bronze-tint'], 3)
allow(['stale-dot'], ['warning-tint'], 3)
allow(ACCOUNTS, words('bg-canvas bg-surface bg-raised bg-selected'), 4.5)
allow(ACCOUNTS, words('bronze-tint bg-sunken bg-hover'), 3)
for (const account of ACCOUNTS) allow([account], [`${account}-tint`], 4.5)

describe.each(Object.entries(themes))('in %s', (_, theme) => {
  it.each(pairs)('%s on %s has at least %f : 1', (foreground, ground, least) => {
    expect(contrast(colour(theme, foreground), colour(theme, ground))).toBeGreaterThanOrEqual(least)
  })
})
