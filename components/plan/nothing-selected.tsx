import { ListChecks } from 'lucide-react'
import { getTranslations } from 'next-intl/server'
import { ButtonLink } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/states'

/** A bulk page without guests: where to choose some. */
export async function NothingSelected() {
  const t = await getTranslations('flows.bulk')
  return (
    <EmptyState
      page
      icon={ListChecks}
      title={t('none')}
      actions={<ButtonLink href="/guests">{t('toGuests')}</ButtonLink>}
    >
      {t('noneText')}
    </EmptyState>
  )
}
