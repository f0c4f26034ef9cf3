/** All words of one language. Server only: the browser gets the areas a page names (MessagesFor). */
import type { AbstractIntlMessages } from 'next-intl'
import type { Locale } from './locale'
import { en } from './messages/en'
import type { Translation } from './messages/types'
import { zhCN } from './messages/zh-CN'
import { pseudoCatalogue } from './pseudo'

export type Catalogue = Translation<typeof en>
/** A top-level area of the catalogue; one file per language. */
export type Area = keyof typeof en

/** Areas the shell needs on every page. */
export const BASE_AREAS = ['common', 'ui', 'shell'] as const satisfies readonly Area[]

/** The catalogue of a language. */
export function catalogueOf(locale: Locale): Catalogue {
  if (locale === 'zh-CN') return zhCN
  return locale === 'en' ? en : pseudoCatalogue(en)
}

/** Only the named areas, to keep what is sent to the browser small. */
export function pickAreas(catalogue: Catalogue, areas: readonly Area[]): AbstractIntlMessages {
  return Object.fromEntries(areas.map((area) => [area, catalogue[area]])) as unknown as AbstractIntlMessages
}
