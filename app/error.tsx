'use client'
import { PageFailure } from '@/components/shell/page-failure'

/** A page outside the console (signing in, set-up) could not be shown. */
export default function PageError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <main id="content">
      <PageFailure error={error} retry={retry} />
    </main>
  )
}
