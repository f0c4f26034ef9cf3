/**
 * Numbers, sizes, ages and dates as GUIDE §3 writes them, in every language. Pure: `now` is passed in.
 * A number and its unit are held together by a no-break space.
 */
import {
  DAY,
  elapsedMillis,
  epochMillis,
  GIB,
  HOUR,
  type Instant,
  KIB,
  MIB,
  MINUTE,
  SECOND,
  TIB,
} from '@/lib/domain/units'
import type { Locale } from './locale'

const NBSP = '\u00a0'
const EN_MONTHS_LONG = 'January February March April May June July August September October November December'.split(
  ' ',
)
const EN_MONTHS = EN_MONTHS_LONG.map((month) => month.slice(0, 3))

type Language = 'en' | 'zh'
const languageOf = (locale: Locale): Language => (locale === 'zh-CN' ? 'zh' : 'en')

type TimeUnit = 'ms' | 's' | 'min' | 'h' | 'd'
const UNIT_WORDS: Record<Language, Record<TimeUnit, string>> = {
  en: { ms: 'ms', s: 's', min: 'min', h: 'h', d: 'd' },
  zh: { ms: '毫秒', s: '秒', min: '分钟', h: '小时', d: '天' },
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/**
 * Bytes for a person: MiB, GiB up to 999 with one decimal, then TiB with two.
 * `cell` keeps trailing zeros so that a column lines up; a sentence drops them.
 */
export function formatBytes(bytes: number, place: 'sentence' | 'cell' = 'sentence'): string {
  const [text, unit] =
    bytes >= 999.95 * GIB
      ? [(bytes / TIB).toFixed(2), 'TiB']
      : bytes >= 999.5 * MIB
        ? [(bytes / GIB).toFixed(1), 'GiB']
        : bytes >= 999.5 * KIB
          ? [(bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0), 'MiB']
          : bytes >= 1000
            ? [(bytes / KIB).toFixed(bytes < 10 * KIB ? 1 : 0), 'KiB']
            : [String(Math.round(bytes)), 'B']
  return (place === 'cell' ? text : trimZeros(text)) + NBSP + unit
}

/**
 * A share (0…1) as `91.4 %`. Cut, not rounded: 94.98 % must not read as 95.0 % while the rule for 95 % is silent.
 */
export function formatPercent(share: number, place: 'sentence' | 'cell' = 'sentence'): string {
  const text = (Math.floor(share * 1000 + 1e-6) / 10).toFixed(1)
  return `${place === 'cell' ? text : trimZeros(text)}${NBSP}%`
}

const numberFormats = new Map<Language, Intl.NumberFormat>()
/** A count with the language's grouping: `48,212`. */
function formatNumber(value: number, locale: Locale): string {
  const language = languageOf(locale)
  let format = numberFormats.get(language)
  if (!format) {
    format = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB')
    numberFormats.set(language, format)
  }
  return format.format(value)
}

const measure = (count: number, unit: TimeUnit, language: Language): string =>
  `${count}${NBSP}${UNIT_WORDS[language][unit]}`

/** One unit, cut: `38 s`, `14 min`, `71 h` (hours up to three days, because limits are in hours), `50 d`. */
export function formatAge(millis: number, locale: Locale): string {
  const language = languageOf(locale)
  const span = Math.max(0, millis)
  if (span < MINUTE) return measure(Math.floor(span / SECOND), 's', language)
  if (span < HOUR) return measure(Math.floor(span / MINUTE), 'min', language)
  if (span < 3 * DAY) return measure(Math.floor(span / HOUR), 'h', language)
  return measure(Math.floor(span / DAY), 'd', language)
}

/** Up to two units: `140 ms`, `40 s`, `2 min 30 s`, `3 h 12 min`, `2 d 4 h`, `50 d`. */
export function formatDuration(millis: number, locale: Locale): string {
  const language = languageOf(locale)
  const span = Math.max(0, millis)
  if (span < SECOND) return measure(Math.round(span), 'ms', language)
  const steps: [TimeUnit, number, TimeUnit, number, number][] = [
    ['d', DAY, 'h', HOUR, 24],
    ['h', HOUR, 'min', MINUTE, 60],
    ['min', MINUTE, 's', SECOND, 60],
  ]
  for (const [large, largeMillis, small, smallMillis, per] of steps) {
    if (span < largeMillis) continue
    const whole = Math.floor(span / largeMillis)
    const rest = Math.floor(span / smallMillis) % per
    if (rest === 0 || (large === 'd' && whole >= 14)) return measure(whole, large, language)
    // In Chinese the second of two units is the short form: 3 小时 12 分.
    const tail = language === 'zh' && small === 'min' ? `${rest}${NBSP}分` : measure(rest, small, language)
    return `${measure(whole, large, language)} ${tail}`
  }
  return measure(Math.floor(span / SECOND), 's', language)
}

/** `14 min ago`; `in 3 h` when the instant lies ahead (a foreign clock, or a deadline). */
export function formatAgo(since: Instant, now: Instant, locale: Locale): string {
  const elapsed = elapsedMillis(since, now)
  const age = formatAge(Math.abs(elapsed), locale)
  if (languageOf(locale) === 'zh') return elapsed < 0 ? `${age}后` : `${age}前`
  return elapsed < 0 ? `in${NBSP}${age}` : `${age} ago`
}

type Parts = { year: number; month: number; day: number; weekday: number; hour: string; minute: string; second: string }
const partFormats = new Map<string, Intl.DateTimeFormat>()
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Calendar parts in a time zone. Built by hand from parts so that server and browser never disagree on punctuation. */
function partsOf(instant: Instant, timeZone: string): Parts {
  let format = partFormats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    partFormats.set(timeZone, format)
  }
  const found: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const part of format.formatToParts(epochMillis(instant))) found[part.type] = part.value
  return {
    year: Number(found.year),
    month: Number(found.month),
    day: Number(found.day),
    weekday: WEEKDAYS.indexOf(found.weekday ?? ''),
    hour: found.hour ?? '',
    minute: found.minute ?? '',
    second: found.second ?? '',
  }
}

export type DateStyle =
  /** `31 Aug`, with the year when it is not this one */
  | 'day'
  /** `31 Aug 14:30`, with the year when it is not this one */
  | 'moment'
  /** `31 Aug 2025, 14:30` */
  | 'full'
  /** `14:30` */
  | 'time'
  /** `14:30:09` */
  | 'seconds'
  /** `Sunday 31 August 2025, 17:42 UTC+8`: once per page, it names the time zone */
  | 'long'

/** A date in the reader's time zone. `now` decides whether the year is worth a word. */
export function formatDate(
  instant: Instant,
  style: DateStyle,
  options: { now: Instant; timeZone: string; locale: Locale },
): string {
  const at = partsOf(instant, options.timeZone)
  const time = `${at.hour}:${at.minute}`
  if (style === 'time') return time
  if (style === 'seconds') return `${time}:${at.second}`
  const withYear = style === 'full' || style === 'long' || at.year !== partsOf(options.now, options.timeZone).year
  if (languageOf(options.locale) === 'zh') {
    const day = `${withYear ? `${at.year} 年 ` : ''}${at.month} 月 ${at.day} 日`
    if (style === 'day') return day
    if (style === 'long')
      return `${day}星期${'日一二三四五六'[at.weekday] ?? ''} ${time} ${formatZone(instant, options.timeZone)}`
    return `${day} ${time}`
  }
  if (style === 'long')
    return `${WEEKDAYS[at.weekday]} ${at.day} ${EN_MONTHS_LONG[at.month - 1]} ${at.year}, ${time} ${formatZone(instant, options.timeZone)}`
  const day = `${at.day} ${EN_MONTHS[at.month - 1]}`
  if (style === 'day') return withYear ? `${day} ${at.year}` : day
  return withYear ? `${day} ${at.year}, ${time}` : `${day} ${time}`
}

const zoneFormats = new Map<string, Intl.DateTimeFormat>()
/** The offset in force at `instant`: `UTC+8`, `UTC+5:30`, `UTC`. */
export function formatZone(instant: Instant, timeZone: string): string {
  let format = zoneFormats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'shortOffset' })
    zoneFormats.set(timeZone, format)
  }
  const name = format.formatToParts(epochMillis(instant)).find((part) => part.type === 'timeZoneName')?.value ?? 'UTC'
  return name.replace('GMT', 'UTC').replace(/^UTC[+-]0$/, 'UTC')
}

/** `a, b and c` in the language. */
function formatList(items: readonly string[], locale: Locale): string {
  const chinese = languageOf(locale) === 'zh'
  const text = new Intl.ListFormat(chinese ? 'zh-CN' : 'en-GB', { type: 'conjunction' }).formatToParts(items)
  if (!chinese) return text.map(({ value }) => value).join('')
  // Beside a Latin name the one character stands apart as in every sentence of ours.
  const apart = (beside: string | undefined) => (/[!-~]/.test(beside ?? '') ? ' ' : '')
  return text
    .map(({ type, value }, index) =>
      type === 'literal' && value === '和'
        ? `${apart(text[index - 1]?.value.at(-1))}和${apart(text[index + 1]?.value[0])}`
        : value,
    )
    .join('')
}

/** Whether `name` is a time zone this runtime knows; a cookie may hold anything. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** All of the above bound to one reader. */
export type Format = {
  locale: Locale
  timeZone: string
  bytes: (bytes: number, place?: 'sentence' | 'cell') => string
  percent: (share: number, place?: 'sentence' | 'cell') => string
  number: (value: number) => string
  age: (millis: number) => string
  duration: (millis: number) => string
  ago: (since: Instant, now: Instant) => string
  date: (instant: Instant, style: DateStyle, now: Instant) => string
  list: (items: readonly string[]) => string
}

/** Binds the formatters to a language and a time zone. */
export function createFormat(locale: Locale, timeZone: string): Format {
  return {
    locale,
    timeZone,
    bytes: formatBytes,
    percent: formatPercent,
    number: (value) => formatNumber(value, locale),
    age: (millis) => formatAge(millis, locale),
    duration: (millis) => formatDuration(millis, locale),
    ago: (since, now) => formatAgo(since, now, locale),
    date: (instant, style, now) => formatDate(instant, style, { now, timeZone, locale }),
    list: (items) => formatList(items, locale),
  }
}
