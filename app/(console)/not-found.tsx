import { SearchX } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/states'

export default function NotFound() {
  const t = useTranslations('reasons.missing.page')
  const ui = useTranslations('ui.error')
  return (
    <EmptyState
      icon={SearchX}
      title={<h1>{t('title')}</h1>}
      actions={<ButtonLink href="/">{ui('toOverview')}</ButtonLink>}
    >
      {t('action')}
    </EmptyState>
  )
}
