/** A stretch of a text, and whether the search found it. */
export interface Stretch {
  text: string
  found: boolean
}

/** The words of a search, as the core tells them apart: letters and digits. The last may be unfinished. */
export function wordsOf(query: string): string[] {
  return fold(query).match(/[\p{L}\p{N}]+/gu) ?? []
}

/**
 * Cuts a text where it holds a searched word: a whole one, or the beginning of one for the last, so that "ste" marks
 * the "Ste" of "Steel" and not that of "waste". Case and accents do not matter.
 */
export function mark(text: string, words: readonly string[]): Stretch[] {
  const stretches: Stretch[] = []
  let plain = 0
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const length = foundLength(match[0], words)
    if (length === 0) continue
    if (match.index > plain) stretches.push({ text: text.slice(plain, match.index), found: false })
    plain = match.index + length
    stretches.push({ text: text.slice(match.index, plain), found: true })
  }
  if (plain < text.length) stretches.push({ text: text.slice(plain), found: false })
  return stretches
}

/** How many characters of the word's beginning were searched for. */
function foundLength(word: string, words: readonly string[]): number {
  if (words.includes(fold(word))) return word.length
  const unfinished = words.at(-1)
  if (unfinished === undefined) return 0
  // Folding can change the length, so that the beginning is looked for in the word as it is written.
  for (let end = word.length - 1; end > 0; end -= 1) {
    if (fold(word.slice(0, end)) === unfinished) return end
  }
  return 0
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase()
}
