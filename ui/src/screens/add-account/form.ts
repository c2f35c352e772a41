import { checkAddress, mayBeUsed } from './address'

/** How the person shows who they are. */
export type Method = 'password' | 'token'

/** What the person has written so far. */
export interface Fields {
  server: string
  username: string
  password: string
  token: string
  /** The person's consent to an unencrypted connection to another computer. */
  clearText: boolean
}

export type Field = 'server' | 'username' | 'password' | 'token'

export type Problem = 'empty' | 'wrong' | 'credentials' | 'clear-text' | 'shape'

/** Nothing written. A secret is in here and nowhere else, so that this is also how secrets are forgotten. */
export function blank(server = '', username = ''): Fields {
  return { server, username, password: '', token: '', clearText: false }
}

/** What stands in the way of asking the server, per field, in the order of the form. */
export function problemsOf(method: Method, fields: Fields): Map<Field, Problem> {
  const found = new Map<Field, Problem>()
  const server = problemOfServer(fields)
  if (server !== null) found.set('server', server)
  if (method === 'password') {
    if (fields.username.trim() === '') found.set('username', 'empty')
    if (fields.password === '') found.set('password', 'empty')
  } else if (fields.token.trim() === '') {
    found.set('token', 'empty')
  } else if (!looksLikeToken(fields.token)) {
    found.set('token', 'shape')
  }
  return found
}

function problemOfServer(fields: Fields): Problem | null {
  const check = checkAddress(fields.server)
  if (mayBeUsed(check, fields.clearText)) return null
  switch (check.is) {
    case 'empty':
      return 'empty'
    case 'credentials':
      return 'credentials'
    case 'clear-text':
      return 'clear-text'
    default:
      return 'wrong'
  }
}

/** Whether a text has the three parts of a JWT; what is in them, the server says. */
export function looksLikeToken(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text.trim())
}

/** Whether a text may be a link of ours; the core reads it. */
export function looksLikeLink(text: string): boolean {
  return /^carillon:\/\/\S/i.test(text.trim())
}
