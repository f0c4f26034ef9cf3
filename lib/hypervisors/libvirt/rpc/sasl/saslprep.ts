/**
 * SASLprep (RFC 4013) as far as it matters for passwords that people type: mappings, NFKC and the prohibited output of
 * §2.3, plus its rule on right-to-left text. The table of unassigned code points of Unicode 3.2 is left out: what was
 * unassigned then is accepted, as every current implementation does.
 */

// RFC 3454 B.1: characters that are mapped to nothing.
const mappedToNothing =
  /\u{34F}|[\u{AD}\u{1806}\u{200B}\u{2060}\u{FEFF}]|[\u{180B}-\u{180D}]|[\u{200C}\u{200D}]|[\u{FE00}-\u{FE0F}]/gu
// RFC 3454 C.1.2: spaces other than the ASCII one.
const otherSpaces = /[\u{A0}\u{1680}\u{2000}-\u{200B}\u{202F}\u{205F}\u{3000}]/gu
// RFC 3454 C.2.1, C.2.2, C.3 – C.9: controls, private use, surrogates, non-characters, tags.
const prohibited = new RegExp(
  '[' +
    '\\u{0}-\\u{1F}\\u{7F}-\\u{9F}\\u{6DD}\\u{70F}\\u{180E}\\u{200C}\\u{200D}\\u{2028}\\u{2029}\\u{2060}-\\u{2063}' +
    '\\u{206A}-\\u{206F}\\u{FEFF}\\u{FFF9}-\\u{FFFD}\\u{1D173}-\\u{1D17A}' +
    '\\u{E000}-\\u{F8FF}\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}' +
    '\\u{FDD0}-\\u{FDEF}\\u{FFFE}\\u{FFFF}\\p{Surrogate}' +
    '\\u{2FF0}-\\u{2FFB}\\u{340}\\u{341}\\u{200E}\\u{200F}\\u{202A}-\\u{202E}\\u{E0001}\\u{E0020}-\\u{E007F}' +
    ']',
  'u',
)
// RFC 3454 D.1, by script: Hebrew, Arabic, Syriac, Thaana and their presentation forms.
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u
const leftToRight = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hangul}]/u

/** The prepared text, or null when it holds characters that may not be used in names and passwords. */
export function saslPrepare(text: string): string | null {
  const prepared = text.replace(otherSpaces, ' ').replace(mappedToNothing, '').normalize('NFKC')
  if (prohibited.test(prepared)) return null
  if (rightToLeft.test(prepared)) {
    const characters = [...prepared]
    const endsAreRightToLeft = [characters[0], characters.at(-1)].every((c) => c !== undefined && rightToLeft.test(c))
    if (leftToRight.test(prepared) || !endsAreRightToLeft) return null
  }
  return prepared
}
