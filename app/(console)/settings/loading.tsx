import { useTranslations } from 'next-intl'
import { PageTitle } from '@/components/shell/page-title'
import { SkeletonRows } from '@/components/ui/states'

export default function Loading() {
  const t = useTranslations('settings')
  return (
    <div className="px-6 max-md:px-4 py-5">
      <PageTitle>{t('title')}</PageTitle>
      <SkeletonRows label={t('loading')} />
    </div>
  )
}
