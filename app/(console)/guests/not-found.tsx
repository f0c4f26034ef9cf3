import { SearchX } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { PageTitle } from '@/components/shell/page-title'
import { ButtonLink } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/states'

export default function NotFound() {
  const t = useTranslations('guest.notFound')
  return (
    <>
      <PageTitle>{t('title')}</PageTitle>
      <EmptyState page icon={SearchX} title={t('title')} actions={<ButtonLink href="/guests">{t('back')}</ButtonLink>}>
        {t('text')}
      </EmptyState>
    </>
  )
}
