'use client'
import { useTranslations } from 'next-intl'
import { useEffect } from 'react'
import { PageTitle } from '@/components/shell/page-title'
import { Button } from '@/components/ui/button'
import { ErrorState } from '@/components/ui/states'

/** A bug of ours while a page was drawn: what is not affected, Try again, and the reference that stands in the log. */
export function PageFailure({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  const t = useTranslations('shell.failure')
  const actions = useTranslations('common.actions')
  useEffect(() => console.error(error), [error])
  return (
    <div className="max-w-[640px] p-6 max-md:p-4">
      <PageTitle>{t('title')}</PageTitle>
      <ErrorState
        title={<h1>{t('title')}</h1>}
        reference={error.digest}
        actions={
          <Button size="sm" onClick={retry}>
            {actions('tryAgain')}
          </Button>
        }
      >
        {t('text')}
      </ErrorState>
    </div>
  )
}
