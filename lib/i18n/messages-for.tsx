import { getLocale } from 'next-intl/server'
import type { ReactNode } from 'react'
import type { Area } from './catalogue'
import { compiledAreasOf } from './compiled'
import { MergeMessages } from './merge-messages'

/**
 * Gives the client components below it the words of further areas (`common`, `ui` and `shell` are there anyway).
 * Server components need none of this: they read the whole catalogue.
 */
export async function MessagesFor({ areas, children }: { areas: readonly Area[]; children: ReactNode }) {
  const messages = compiledAreasOf(await getLocale(), areas)
  return <MergeMessages messages={messages}>{children}</MergeMessages>
}
