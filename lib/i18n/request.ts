/** Tells next-intl the reader's language and time zone for this request (next.config.js names this file). */
import { cookies, headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { compiledCatalogueOf } from './compiled'
import { PREFERENCE_COOKIES } from './cookies'
import { isTimeZone } from './format'
import { resolveLocale } from './locale'

export default getRequestConfig(async () => {
  const jar = await cookies()
  const locale = resolveLocale({
    cookie: jar.get(PREFERENCE_COOKIES.locale)?.value,
    acceptLanguage: (await headers()).get('accept-language'),
  })
  const zone = decodeURIComponent(jar.get(PREFERENCE_COOKIES.timeZone)?.value ?? '')
  return {
    locale,
    messages: compiledCatalogueOf(locale),
    timeZone: zone !== '' && isTimeZone(zone) ? zone : 'UTC',
  }
})
