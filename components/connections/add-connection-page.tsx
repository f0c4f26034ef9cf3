'use client'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/components/ui/button'
import { PageHeader } from '@/components/ui/page'
import { NewConnection } from './new-connection'

export function AddConnectionPage() {
  const t = useTranslations('connections')
  const common = useTranslations('common.actions')
  const router = useRouter()
  return (
    <NewConnection
      note={null}
      back={
        <ButtonLink variant="quiet" href="/connections">
          {common('cancel')}
        </ButtonLink>
      }
      demo={{ title: t('demoFleet.title'), text: t('demoFleet.text') }}
      onAdded={(id) => router.push(id === null ? '/connections' : `/connections/${id}`)}
    >
      <PageHeader
        crumbs={[{ label: t('detail.crumbs'), href: '/connections' }]}
        title={t('form.newTitle')}
        sub={t('form.newLead')}
      />
    </NewConnection>
  )
}
