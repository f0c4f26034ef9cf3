/** The pseudo-locale: English, accented and a third longer, so that untranslated and clipped text shows in tests. */

const ACCENTS: Record<string, string> = {
  a: 'á',
  b: 'ƀ',
  c: 'ç',
  d: 'đ',
  e: 'é',
  f: 'ƒ',
  g: 'ĝ',
  h: 'ĥ',
  i: 'í',
  j: 'ĵ',
  k: 'ķ',
  l: 'ļ',
  m: 'ɱ',
  n: 'ñ',
  o: 'ó',
  p: 'þ',
  q: 'ǫ',
  r: 'ŕ',
  s: 'š',
  t: 'ţ',
  u: 'ú',
  v: 'ṽ',
  w: 'ŵ',
  x: 'ẋ',
  y: 'ý',
  z: 'ž',
  A: 'Á',
  B: 'Ɓ',
  C: 'Ç',
  D: 'Đ',
  E: 'É',
  F: 'Ƒ',
  G: 'Ĝ',
  H: 'Ĥ',
  I: 'Í',
  J: 'Ĵ',
  K: 'Ķ',
  L: 'Ļ',
  M: 'Ṁ',
  N: 'Ñ',
  O: 'Ó',
  P: 'Þ',
  Q: 'Ǫ',
  R: 'Ŕ',
  S: 'Š',
  T: 'Ţ',
  U: 'Ú',
  V: 'Ṽ',
  W: 'Ŵ',
  X: 'Ẋ',
  Y: 'Ý',
  Z: 'Ž',
}

/** Accents the words of one ICU message. Arguments, tags and a plural's keywords keep their letters. */
export function pseudoMessage(message: string): string {
  // Inside a plural, text and keywords alternate by depth: odd depth is syntax, even depth is text.
  let depth = 0
  let inTag = false
  let text = ''
  let letters = 0
  for (const char of message) {
    if (char === '{') depth += 1
    if (char === '<') inTag = true
    const accented = depth % 2 === 0 && !inTag ? ACCENTS[char] : undefined
    if (accented) letters += 1
    text += accented ?? char
    if (char === '}') depth -= 1
    if (char === '>') inTag = false
  }
  return letters === 0 ? text : `${text}${'·'.repeat(Math.ceil(letters / 3))}`
}

/** A whole catalogue, keys untouched. */
export function pseudoCatalogue<T>(catalogue: T): T {
  if (typeof catalogue === 'string') return pseudoMessage(catalogue) as T
  if (typeof catalogue !== 'object' || catalogue === null) return catalogue
  return Object.fromEntries(Object.entries(catalogue).map(([key, value]) => [key, pseudoCatalogue(value)])) as T
}
