/** Puts what a page read on the server into the browser's query cache, so that the first paint needs no request. */
import { dehydrate, HydrationBoundary, QueryClient, type QueryKey } from '@tanstack/react-query'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import type { Wire } from './gate'

/** A read made for this page, and the key under which components ask for it. */
export type Seed = { queryKey: QueryKey; answer: Wire<unknown> }

/**
 * Hydrates the seeds. A read that says `missing` is the page's 404; any other refusal is left out of the cache:
 * the component asks again and shows the reason where it belongs.
 */
export function Hydrated({ seeds, children }: { seeds: readonly Seed[]; children: ReactNode }) {
  const client = new QueryClient()
  for (const { queryKey, answer } of seeds) {
    if (answer.ok) client.setQueryData(queryKey, answer.value)
    else if (answer.why.code === 'missing') notFound()
  }
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>
}
