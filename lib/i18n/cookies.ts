/**
 * What this browser prefers, in cookies that the server reads while it renders: no flash of the wrong theme,
 * language or density, and no script needed for it. Signing in copies the account's saved preferences here.
 */

export const PREFERENCE_COOKIES = {
  /** `en` | `zh-CN` */
  locale: 'sw-locale',
  /** `light` | `dark`; absent = like the system */
  theme: 'sw-theme',
  /** `comfortable` | `compact`; absent = default */
  density: 'sw-density',
  /** `off` = single-letter shortcuts are off */
  keys: 'sw-keys',
  /** IANA name, told by the browser; absent = UTC until it tells */
  timeZone: 'sw-tz',
} as const
export type PreferenceName = keyof typeof PREFERENCE_COOKIES

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
export const DENSITIES = ['comfortable', 'default', 'compact'] as const
export type Density = (typeof DENSITIES)[number]

export const themeOf = (value: string | undefined): Theme => (value === 'light' || value === 'dark' ? value : 'system')
export const densityOf = (value: string | undefined): Density =>
  value === 'comfortable' || value === 'compact' ? value : 'default'

const YEAR_SECONDS = 365 * 24 * 3600

/** The `document.cookie` line that keeps a preference for a year; null forgets it. */
export function preferenceCookie(name: PreferenceName, value: string | null, secure: boolean): string {
  const age = value === null ? 0 : YEAR_SECONDS
  return `${PREFERENCE_COOKIES[name]}=${encodeURIComponent(value ?? '')}; Path=/; Max-Age=${age}; SameSite=Lax${secure ? '; Secure' : ''}`
}
