import { SearchX } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/states'

export default function NotFound() {
  const t = useTranslations('connections.notFound')
  return (
    <EmptyState icon={SearchX} title={t('title')} actions={<ButtonLink href="/connections">{t('back')}</ButtonLink>}>
      {t('text')}
    </EmptyState>
  )
}
