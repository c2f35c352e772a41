import { parse, type AST } from 'svelte/compiler'
import { expect, it } from 'vitest'

/** Attributes and properties whose text a person sees or hears. */
const SHOWN = new Set(
  'alt aria-description aria-label error hint label note placeholder reason sentence text title words'.split(
    ' ',
  ),
)

/** The components' sources. The kit is a page for development: its samples stand in it. */
const sources = import.meta.glob<string>(['../../src/**/*.svelte', '!../../src/kit/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

interface Node {
  type: string
  [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value

const hasWords = (text: string): boolean => /\p{L}{2}/u.test(text)

/** Texts in an expression that is shown: `{'Open'}`, `{on ? 'Yes' : 'No'}`, but not what is handed to a function. */
function inExpression(node: unknown): string[] {
  if (!isNode(node)) return []
  switch (node.type) {
    case 'Literal':
      return typeof node['value'] === 'string' && hasWords(node['value']) ? [node['value']] : []
    case 'TemplateLiteral':
      return (node['quasis'] as { value: { raw: string } }[])
        .map(({ value }) => value.raw.trim())
        .filter(hasWords)
    case 'ConditionalExpression':
      return [...inExpression(node['consequent']), ...inExpression(node['alternate'])]
    case 'LogicalExpression':
    case 'BinaryExpression':
      return node['operator'] === '===' || node['operator'] === '!=='
        ? []
        : [...inExpression(node['left']), ...inExpression(node['right'])]
    default:
      return []
  }
}

/** Every text of a template that did not come from the messages. */
function literals(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(literals)
  if (!isNode(node)) return []
  if (node.type === 'Text') return hasWords(node['data'] as string) ? [(node['data'] as string).trim()] : []
  if (node.type === 'ExpressionTag') return inExpression(node['expression'])
  if (node.type === 'Attribute') {
    return SHOWN.has(node['name'] as string) && node['value'] !== true ? literals([node['value']].flat()) : []
  }
  // Scripts, expressions of blocks, directives: no texts, or none that is only shown.
  return Object.entries(node)
    .filter(([key]) =>
      [
        'nodes',
        'fragment',
        'attributes',
        'consequent',
        'alternate',
        'body',
        'fallback',
        'pending',
        'then',
        'catch',
      ].includes(key),
    )
    .flatMap(([, inner]) => literals(inner))
}

function literalsOf(source: string): string[] {
  const { fragment } = parse(source, { modern: true }) satisfies AST.Root
  return literals(fragment)
}

it('finds a text that stands in a template, an attribute or an expression', () => {
  expect(literalsOf('<p>Hello there</p>')).toEqual(['Hello there'])
  expect(literalsOf('<button aria-label="Close" class="close">×</button>')).toEqual(['Close'])
  expect(literalsOf('{#if a}<b>{on ? "Yes" : "No"}</b>{:else}Later{/if}')).toEqual(['Yes', 'No', 'Later'])
  expect(literalsOf('<Row title={`All ${count}`} href="#/inbox" />')).toEqual(['All'])
  expect(literalsOf('{#snippet end()}More{/snippet}{#each list as one}{one.name}{/each}')).toEqual(['More'])
})

it('components have no words of their own', () => {
  const found = Object.entries(sources).flatMap(([path, source]) =>
    literalsOf(source).map((text) => `${path.replace('../../', '')}: ${text}`),
  )
  expect(Object.keys(sources).length).toBeGreaterThan(30)
  expect(found).toEqual([])
})
