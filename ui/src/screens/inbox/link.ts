/** Where a notice's address leads: a host, nowhere safe, or there is none. The core has the last word. */
export type LinkCheck = { is: 'none' } | { is: 'unsafe' } | { is: 'host'; host: string }

export function checkLink(actionUrl: string | null): LinkCheck {
  if (actionUrl === null || actionUrl.trim() === '') return { is: 'none' }
  if (!URL.canParse(actionUrl)) return { is: 'unsafe' }
  const url = new URL(actionUrl)
  // A user name in front of the host is how a link looks like one of another server.
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return { is: 'unsafe' }
  return { is: 'host', host: url.host }
}
