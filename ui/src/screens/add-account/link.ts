import type { AccountLink } from '../../bridge/contract.gen'

/** What a link asks for as the query of the page that shows it; `linkOf` reads it back. */
export function linkQuery({ platform, server, username }: AccountLink): Record<string, string> {
  return { platform, server, ...(username === null ? {} : { username }) }
}

/** What a link asked for that led to this page; null where none did. */
export function linkOf(query: URLSearchParams): AccountLink | null {
  const platform = query.get('platform')
  const server = query.get('server')
  if (platform === null || server === null) return null
  return { platform, server, username: query.get('username') }
}
