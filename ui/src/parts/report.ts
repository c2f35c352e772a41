/** What can be said of an error without saying what was on the page: its kind, its message, where in the code. */
export function report(error: unknown, where: string): string {
  const lines = [`Page: ${where.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…').replace(/\?.*$/, '')}`]
  if (error instanceof Error) lines.push(`${error.name}: ${error.message}`, error.stack ?? '')
  else lines.push(String(error))
  return lines.join('\n').trim()
}
