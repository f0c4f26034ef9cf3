'use client'
import { useQueryErrorResetBoundary } from '@tanstack/react-query'
import { usePathname, useSearchParams } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useEffect } from 'react'
import { navKeyOf } from '@/components/shell/navigation'
/** A page of the console could not be shown: what, what is not affected, and the way to try again. The frame stays. */
import { PageTitle } from '@/components/shell/page-title'
import { Button, ButtonLink } from '@/components/ui/button'
import { ErrorState } from '@/components/ui/states'
import { VisuallyHidden } from '@/components/ui/visually-hidden'
import { ReadError } from '@/lib/web/fetch-read'
import { signInPath } from '@/lib/web/own-path'

export default function ConsoleError({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations('ui.error')
  const shell = useTranslations('shell')
  const common = useTranslations('common.actions')
  const { reset } = useQueryErrorResetBoundary()
  const pathname = usePathname()
  const here = `${pathname}?${useSearchParams()}`
  const page = navKeyOf(pathname)
  useEffect(() => console.error('A page could not be shown', error), [error])
  const why = error instanceof ReadError ? error.why : null
  const signedOut = why?.code === 'unauthenticated'
  const title = signedOut ? t('signedOutTitle') : t('title', { what: page === null ? t('page') : shell(`nav.${page}`) })
  const text = signedOut
    ? t('signedOut')
    : why?.code === 'forbidden'
      ? t('forbidden', { role: shell(`role.${why.needs}`) })
      : t(why?.code === 'unreachable' ? 'silent' : 'failed')
  return (
    <div className="p-6 max-md:p-4 max-w-180">
      <PageTitle>{title}</PageTitle>
      <VisuallyHidden>
        <h1>{title}</h1>
      </VisuallyHidden>
      <ErrorState
        title={title}
        reference={why?.code === 'failed' ? why.reference : digestOf(error)}
        actions={
          signedOut ? (
            <ButtonLink size="sm" href={signInPath(here)}>
              {common('signIn')}
            </ButtonLink>
          ) : (
            <Button
              size="sm"
              onClick={() => {
                reset()
                retry()
              }}
            >
              {common('tryAgain')}
            </Button>
          )
        }
      >
        {text}
      </ErrorState>
    </div>
  )
}

/** Next's name of the error in the server's log. */
function digestOf(error: unknown): string | undefined {
  const digest = error instanceof Error && 'digest' in error ? error.digest : undefined
  return typeof digest === 'string' ? digest : undefined
}
