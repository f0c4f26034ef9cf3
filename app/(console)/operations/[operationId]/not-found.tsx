import { Activity } from 'lucide-react'
import { getTranslations } from 'next-intl/server'
import { PageTitle } from '@/components/shell/page-title'
import { ButtonLink } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/states'

export default async function NotFound() {
  const t = await getTranslations('operations.notFound')
  return (
    <>
      <PageTitle>{t('title')}</PageTitle>
      <EmptyState
        page
        icon={Activity}
        title={t('title')}
        actions={<ButtonLink href="/operations">{t('back')}</ButtonLink>}
      >
        {t('text')}
      </EmptyState>
    </>
  )
}
