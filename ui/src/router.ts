import { createSubscriber } from 'svelte/reactivity'

/** The names in a path: `:id` is needed, `:id?` may be left out. */
export type Params<Path extends string> = Path extends `${infer Head}/${infer Rest}`
  ? SegmentParams<Head> & Params<Rest>
  : SegmentParams<Path>

type SegmentParams<Segment extends string> = Segment extends `:${infer Name}?`
  ? Partial<Record<Name, string>>
  : Segment extends `:${infer Name}`
    ? Record<Name, string>
    : unknown

/** Where the window is. */
export interface Place {
  /** The path without `#/` and query, each part still percent-encoded. */
  readonly path: string
  readonly query: URLSearchParams
}

/** Reads a hash such as `#/inbox/1/2?filter=unread`. */
export function readHash(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2)
  return { path, query: new URLSearchParams(query) }
}

/** The values of a pattern's names in a path; undefined where it does not fit. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const given = path === '' ? [] : path.split('/')
  if (given.length > wanted.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const value = given[index]
    if (!segment.startsWith(':')) {
      if (segment !== (value ?? '')) return undefined
    } else if (value === undefined || value === '') {
      if (!segment.endsWith('?')) return undefined
    } else {
      try {
        params[segment.slice(1).replace(/\?$/, '')] = decodeURIComponent(value)
      } catch {
        return undefined
      }
    }
  }
  return params
}

/** The hash of a pattern with its names filled in. */
export function build(
  pattern: string,
  params: Readonly<Record<string, string | undefined>> = {},
  query: Readonly<Record<string, string>> = {},
): string {
  const parts: string[] = []
  for (const segment of pattern.split('/')) {
    const name = segment.startsWith(':') ? segment.slice(1).replace(/\?$/, '') : undefined
    const value = name === undefined ? segment : params[name]
    if (value === undefined) break
    parts.push(name === undefined ? value : encodeURIComponent(value))
  }
  const search = new URLSearchParams(query).toString()
  return `#/${parts.join('/')}${search === '' ? '' : `?${search}`}`
}

const subscribe = createSubscriber((update) => {
  addEventListener('hashchange', update)
  return () => {
    removeEventListener('hashchange', update)
  }
})

/** Where the window is now; reading it in a component follows it. */
export function place(): Place {
  subscribe()
  return readHash(location.hash)
}

/** Goes to a hash made by `href`. `replace` leaves no step to come back to. */
export function go(hash: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) location.replace(hash)
  else location.hash = hash
}
