/** Which language a person reads. No locale in the URL: a link means the same page for everyone. */

export const LOCALES = ['en', 'zh-CN'] as const
/** Accented, lengthened English for tests: text that was never translated stands out. Never offered to a person. */
const PSEUDO_LOCALE = 'en-XA'
export type Locale = (typeof LOCALES)[number] | typeof PSEUDO_LOCALE

export const LOCALE_NAMES: Record<(typeof LOCALES)[number], string> = { en: 'English', 'zh-CN': '简体中文' }

const isLocale = (text: string): text is Locale =>
  (LOCALES as readonly string[]).includes(text) || text === PSEUDO_LOCALE

/** The language one `Accept-Language` tag asks for; null when it is none of ours. */
function localeOfTag(tag: string): Locale | null {
  const lower = tag.toLowerCase()
  if (lower === 'en' || lower.startsWith('en-')) return 'en'
  if (lower === 'zh' || lower.startsWith('zh-')) return 'zh-CN'
  return null
}

/**
 * What a person chose wins over what their browser says; English when neither tells.
 * `cookie` is this browser's choice, `saved` the account's, `acceptLanguage` the raw header.
 */
export function resolveLocale(input: {
  cookie?: string | null | undefined
  saved?: string | null | undefined
  acceptLanguage?: string | null | undefined
}): Locale {
  for (const choice of [input.cookie, input.saved]) if (choice && isLocale(choice)) return choice
  const wanted = (input.acceptLanguage ?? '')
    .split(',')
    .map((part, index) => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const quality = parameters.map((p) => /^\s*q=([\d.]+)$/.exec(p)?.[1]).find((q) => q !== undefined)
      return { tag: tag.trim(), quality: quality === undefined ? 1 : Number(quality), index }
    })
    .filter((entry) => entry.tag !== '' && entry.quality > 0)
    .sort((a, b) => b.quality - a.quality || a.index - b.index)
  for (const { tag } of wanted) {
    const locale = localeOfTag(tag)
    if (locale) return locale
  }
  return 'en'
}
