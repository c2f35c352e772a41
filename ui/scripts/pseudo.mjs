// The pseudo-locale en-XA: every text of en.json accented, bracketed and 40 % longer. In this locale a
// text without brackets did not come from a message file, and a layout that breaks here breaks in German.

const ACCENTED = new Map(
  Object.entries({
    a: 'á',
    b: 'ƀ',
    c: 'ç',
    d: 'ð',
    e: 'é',
    f: 'ƒ',
    g: 'ĝ',
    h: 'ĥ',
    i: 'î',
    j: 'ĵ',
    k: 'ķ',
    l: 'ļ',
    m: 'ɱ',
    n: 'ñ',
    o: 'ô',
    p: 'þ',
    q: 'ɋ',
    r: 'ŕ',
    s: 'š',
    t: 'ţ',
    u: 'û',
    v: 'ṽ',
    w: 'ŵ',
    x: 'ẋ',
    y: 'ý',
    z: 'ž',
    A: 'Å',
    B: 'Ɓ',
    C: 'Ç',
    D: 'Ð',
    E: 'É',
    F: 'Ƒ',
    G: 'Ĝ',
    H: 'Ĥ',
    I: 'Î',
    J: 'Ĵ',
    K: 'Ķ',
    L: 'Ļ',
    M: 'Ṁ',
    N: 'Ñ',
    O: 'Ö',
    P: 'Þ',
    Q: 'Ǫ',
    R: 'Ŕ',
    S: 'Š',
    T: 'Ţ',
    U: 'Û',
    V: 'Ṽ',
    W: 'Ŵ',
    X: 'Ẋ',
    Y: 'Ý',
    Z: 'Ž',
  }),
)

/** Share by which the longest usual translations exceed English. */
const LONGER = 0.4

/** A text as a long foreign language might have it; placeholders in braces stay as they are. */
export function pseudo(text) {
  const letters = text.replace(/\{[^}]*\}/g, '').length
  const accented = text
    .split(/(\{[^}]*\})/)
    .map((part) =>
      part.startsWith('{') ? part : [...part].map((letter) => ACCENTED.get(letter) ?? letter).join(''),
    )
    .join('')
  // Words rather than one long run, so that lines break where they would.
  const words = ['öñé', 'ţŵô', 'ţĥŕéé', 'ƒôûŕ', 'ƒîṽé', 'šîẋ', 'šéṽéñ', 'éîĝĥţ']
  let padding = ''
  for (let next = 0; padding.length < letters * LONGER; next += 1) padding += ` ${words[next % words.length]}`
  return `[${accented}${padding}]`
}

/** A message: a text, or variants whose texts stand under `match`. */
function translate(message) {
  if (typeof message === 'string') return pseudo(message)
  return message.map((variant) => ({
    ...variant,
    match: Object.fromEntries(Object.entries(variant.match).map(([when, text]) => [when, pseudo(text)])),
  }))
}

export function pseudoMessages(messages) {
  return Object.fromEntries(Object.entries(messages).map(([key, message]) => [key, translate(message)]))
}
