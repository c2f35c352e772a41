/** What can be said of a server's address before anything is sent. The core has the last word, by the same rules. */
export type AddressCheck =
  | { is: 'empty' }
  /** Not an address; `suggestion` is what may have been meant. */
  | { is: 'not-an-address'; suggestion: string | null }
  | { is: 'credentials' }
  /** Encrypted on the way. */
  | { is: 'secure'; host: string }
  /** Unencrypted, and it does not leave this computer. */
  | { is: 'this-computer'; host: string }
  /** Unencrypted to another computer: only with the person's consent. */
  | { is: 'clear-text'; host: string }

const SCHEMES: Readonly<Record<string, 'encrypted' | 'clear'>> = {
  'https:': 'encrypted',
  'wss:': 'encrypted',
  'http:': 'clear',
  'ws:': 'clear',
}

export function checkAddress(text: string): AddressCheck {
  const trimmed = text.trim()
  if (trimmed === '') return { is: 'empty' }

  const url = parse(trimmed)
  const scheme = url === null ? undefined : SCHEMES[url.protocol]
  if (url === null || scheme === undefined || url.hostname === '') {
    return { is: 'not-an-address', suggestion: suggest(trimmed) }
  }
  if (url.username !== '' || url.password !== '') return { is: 'credentials' }
  if (scheme === 'encrypted') return { is: 'secure', host: url.host }
  return { is: isThisComputer(url.hostname) ? 'this-computer' : 'clear-text', host: url.host }
}

/** Whether something may be sent to this address, given the person's consent to clear text. */
export function mayBeUsed(check: AddressCheck, clearText: boolean): boolean {
  switch (check.is) {
    case 'secure':
    case 'this-computer':
      return true
    case 'clear-text':
      return clearText
    case 'empty':
    case 'not-an-address':
    case 'credentials':
      return false
  }
}

/** An address without its scheme is the usual slip: offer it with one. */
function suggest(text: string): string | null {
  if (text.includes('://') || /\s/.test(text)) return null
  const url = parse(`https://${text}`)
  if (url?.username !== '' || !/[.:\]]|^localhost$/.test(url.hostname)) return null
  return `${isThisComputer(url.hostname) ? 'http' : 'https'}://${text}`
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

function isThisComputer(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  )
}
