import { SearchX } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { PageTitle } from '@/components/shell/page-title'
import { ButtonLink } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/states'

export default function NotFound() {
  const t = useTranslations('inbox')
  return (
    <>
      <PageTitle>{t('gone')}</PageTitle>
      <EmptyState page icon={SearchX} title={t('gone')} actions={<ButtonLink href="/alerts">{t('toList')}</ButtonLink>}>
        {t('goneText')}
      </EmptyState>
    </>
  )
}
