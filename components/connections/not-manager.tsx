'use client'
/** Where whoever may not manage connections came by an address: the same page head, and whose role it takes. */
import { useTranslations } from 'next-intl'
import { Refused } from '@/components/settings/refused'
import { PageHeader } from '@/components/ui/page'
import type { Role } from '@/lib/domain/permission'

export function NotManager({ title, needs }: { title: string; needs: Role }) {
  const t = useTranslations('connections')
  return (
    <>
      <PageHeader crumbs={[{ label: t('detail.crumbs'), href: '/connections' }]} title={title} />
      <Refused reason={{ code: 'forbidden', needs }} />
    </>
  )
}
