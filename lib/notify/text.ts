/** Plain text of a notice, cut to what a receiver takes. Foreign names stay text: what would be markup is escaped. */
import type { Notice } from '../domain/channel'

/** Title and lines as one text. */
export const plainText = ({ title, lines }: Notice): string => [title, ...lines].join('\n')

/** At most `characters`, with an ellipsis where it was cut; never half of a surrogate pair. */
export function cut(text: string, characters: number): string {
  if (text.length <= characters) return text
  const end = characters - 1
  const whole = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end
  return `${text.slice(0, whole)}…`
}

/** At most `bytes` of UTF-8, whole characters. */
export function cutBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  let kept = ''
  let size = Buffer.byteLength('…')
  for (const character of text) {
    size += Buffer.byteLength(character)
    if (size > bytes) break
    kept += character
  }
  return `${kept}…`
}

/** Characters that mean something in Markdown, as themselves. */
export const escapeMarkdown = (text: string): string => text.replace(/[\\`*_{}[\]<>()#+!|~-]/g, '\\$&')
/** Slack's own three (its documentation, "Escaping text"). */
export const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
