/** The browser's cookies, as an action may set them. */
import { PREFERENCE_COOKIES } from '@/lib/i18n/cookies'
import type { StoredUser } from '@/lib/store/users'
import { webProcess } from './process'
import type { NewCookie } from './sign-in'

const YEAR_SECONDS = 365 * 24 * 3600

/** Sets the session cookie and this browser's copies of the account's preferences. */
export async function keepSignedIn(cookie: NewCookie, user: StoredUser): Promise<void> {
  const jar = await cookieJar()
  const { name, value, ...options } = cookie
  jar.set(name, value, options)
  await keepPreferences(user)
}

/** Forgets the session cookie. */
export async function forgetSession(): Promise<void> {
  const { name } = (await webProcess().auth.$context).authCookies.sessionToken
  const jar = await cookieJar()
  jar.set(name, '', { ...OPTIONS, httpOnly: true, secure: isSecure(), maxAge: 0 })
}

type Preferences = Partial<Pick<StoredUser, 'language' | 'theme' | 'density' | 'shortcuts'>>

/** Copies preferences to where pages read them before anything is asked of the database. */
export async function keepPreferences(user: Preferences): Promise<void> {
  const jar = await cookieJar()
  const keep = (name: keyof typeof PREFERENCE_COOKIES, value: string | null) =>
    jar.set(PREFERENCE_COOKIES[name], value ?? '', {
      ...OPTIONS,
      httpOnly: false,
      secure: isSecure(),
      maxAge: value === null ? 0 : YEAR_SECONDS,
    })
  if (user.language !== undefined) keep('locale', user.language)
  if (user.theme !== undefined) keep('theme', user.theme === 'system' ? null : user.theme)
  if (user.density !== undefined) keep('density', user.density === 'default' ? null : user.density)
  if (user.shortcuts !== undefined) keep('keys', user.shortcuts ? null : 'off')
}

const OPTIONS = { path: '/', sameSite: 'lax' } as const
const isSecure = (): boolean => webProcess().config.publicUrl?.startsWith('https://') ?? false

/** Loaded when an action runs: outside Next (tests, command line) nothing needs it. */
async function cookieJar() {
  const { cookies } = await import('next/headers')
  return cookies()
}
