'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ReadError } from '@/lib/web/fetch-read'

/** Data is renewed when a change is announced; this long it is trusted without one. */
const TRUSTED_MS = 30_000

/** The browser's query cache. A refusal is an answer: only silence is asked again, once. */
export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            staleTime: TRUSTED_MS,
            retry: (failures, error) => failures < 1 && !(error instanceof ReadError && error.status !== 0),
          },
        },
      }),
  )
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>
}
