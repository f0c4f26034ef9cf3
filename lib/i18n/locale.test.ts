import { describe, expect, it } from 'vitest'
import { preferenceCookie } from './cookies'
import { resolveLocale } from './locale'

describe('which language', () => {
  it.each([
    [{ cookie: 'zh-CN', saved: 'en', acceptLanguage: 'en' }, 'zh-CN'],
    [{ cookie: 'nonsense', saved: 'zh-CN', acceptLanguage: 'en' }, 'zh-CN'],
    [{ acceptLanguage: 'zh-Hans-CN,zh;q=0.9,en;q=0.8' }, 'zh-CN'],
    [{ acceptLanguage: 'de-DE,de;q=0.9,zh;q=0.3,en;q=0.7' }, 'en'],
    [{ acceptLanguage: 'de,zh;q=0.5,en;q=0' }, 'zh-CN'],
    [{ acceptLanguage: 'fr' }, 'en'],
    [{}, 'en'],
  ])('%j gives %s', (input, locale) => {
    expect(resolveLocale(input)).toBe(locale)
  })
})

it('keeps a preference for a year and forgets it at once', () => {
  expect(preferenceCookie('theme', 'dark', true)).toBe('sw-theme=dark; Path=/; Max-Age=31536000; SameSite=Lax; Secure')
  expect(preferenceCookie('timeZone', 'Asia/Shanghai', false)).toContain('sw-tz=Asia%2FShanghai;')
  expect(preferenceCookie('theme', null, false)).toContain('Max-Age=0')
})
