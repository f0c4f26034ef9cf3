import { SearchX } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { PageTitle } from '@/components/shell/page-title'
import { ButtonLink } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/states'

export default function NotFound() {
  const t = useTranslations('reasons.missing.page')
  const ui = useTranslations('ui.error')
  return (
    <>
      <PageTitle>{t('title')}</PageTitle>
      <EmptyState icon={SearchX} page title={t('title')} actions={<ButtonLink href="/">{ui('toOverview')}</ButtonLink>}>
        {t('action')}
      </EmptyState>
    </>
  )
}
