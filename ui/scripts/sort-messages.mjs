// Puts messages/en.json into the form that a test asks for: sorted by key, one message a line. Run it after adding
// messages, and after a merge, which keeps the lines of both sides as they come.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The messages of a file whose lines may be in any order, with or without commas. */
export function read(text) {
  const messages = {}
  for (const line of text.split('\n')) {
    const entry = line.trim().replace(/,$/, '')
    if (entry === '' || entry === '{' || entry === '}') continue
    const [[key, message]] = Object.entries(JSON.parse(`{${entry}}`))
    const before = messages[key]
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(message)) {
      throw new Error(`two messages are called ${key}`)
    }
    messages[key] = message
  }
  return messages
}

/** JSON on one line, with a space inside braces. */
function oneLine(value) {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${oneLine(inner)}`)
  return `{ ${entries.join(', ')} }`
}

export function write(messages) {
  const keys = Object.keys(messages).sort()
  return `{\n${keys.map((key) => `  ${JSON.stringify(key)}: ${oneLine(messages[key])}`).join(',\n')}\n}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('../messages/en.json', import.meta.url)
  writeFileSync(file, write(read(readFileSync(file, 'utf8'))))
}
