// Compiles the messages into src/paraglide, in English and in the pseudo-locale. Where nothing has changed since the
// last time, it does nothing: `check`, `lint`, `test` and `build` all begin with it.
import { compile } from '@inlang/paraglide-js'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pseudoMessages } from './pseudo.mjs'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const OUTPUT = at('src/paraglide')
const STAMP = `${OUTPUT}/compiled-from`

const english = readFileSync(at('messages/en.json'), 'utf8')
const sources = [
  'project.inlang/settings.json',
  'package-lock.json',
  'scripts/messages.mjs',
  'scripts/pseudo.mjs',
]
const hash = createHash('sha256').update(english)
for (const path of sources) hash.update(readFileSync(at(path)))
const stamp = hash.digest('hex')

if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== stamp) {
  const pseudo = pseudoMessages(JSON.parse(english))
  writeFileSync(at('messages/en-XA.json'), `${JSON.stringify(pseudo, null, 2)}\n`)
  await compile({
    project: at('project.inlang'),
    outdir: OUTPUT,
    strategy: ['globalVariable', 'baseLocale'],
    emitTsDeclarations: true,
  })
  writeFileSync(STAMP, stamp)
}
process.exit(0)
