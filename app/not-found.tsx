import { SearchX } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { PageTitle } from '@/components/shell/page-title'
import { BrandMark } from '@/components/ui/brand-mark'
import { ButtonLink } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/states'

/** An address outside every page, also for people who are not signed in: it asks nothing and tells nothing. */
export default function NotFound() {
  const t = useTranslations('reasons.missing.page')
  const ui = useTranslations('ui.error')
  return (
    <main id="content" className="min-h-dvh grid place-content-center justify-items-center gap-4 p-4">
      <PageTitle>{t('title')}</PageTitle>
      <p className="flex items-center gap-2 text-14 font-[620]">
        <BrandMark size={22} />
        Snapwarden
      </p>
      <EmptyState icon={SearchX} page title={t('title')} actions={<ButtonLink href="/">{ui('toOverview')}</ButtonLink>}>
        {ui('checkAddress')}
      </EmptyState>
    </main>
  )
}
