import { ListChecks } from 'lucide-react'
import { getTranslations } from 'next-intl/server'
import { PageTitle } from '@/components/shell/page-title'
import { ButtonLink } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/states'

export default async function NotFound() {
  const t = await getTranslations('plan.gone404')
  const operations = await getTranslations('operations.notFound')
  return (
    <>
      <PageTitle>{t('title')}</PageTitle>
      <EmptyState
        page
        icon={ListChecks}
        title={t('title')}
        actions={<ButtonLink href="/operations">{operations('back')}</ButtonLink>}
      >
        {t('text')}
      </EmptyState>
    </>
  )
}
