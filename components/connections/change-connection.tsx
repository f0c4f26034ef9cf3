'use client'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { changeConnection } from '@/app/actions/connections'
import { useAction } from '@/components/auth/use-action'
import { ButtonLink } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'
import { q } from '@/lib/web/queries'
import { ConnectionForm } from './connection-form'
import { accessOf, draftOf } from './draft'

/** Name and access of a saved connection. Access is replaced as a whole, with its secret. */
export function ChangeConnection({ connectionId }: { connectionId: string }) {
  const t = useTranslations('connections')
  const common = useTranslations('common.actions')
  const router = useRouter()
  const { data: connection } = useSuspenseQuery(q.connection(connectionId))
  const { run, busy, refusal } = useAction(changeConnection)
  const back = `/connections/${connectionId}`
  return (
    <ConnectionForm
      first={draftOf(connection.name, connection.address, connection.mode)}
      submitLabel={t('form.saveChange')}
      refusal={refusal}
      busy={busy}
      withMode={false}
      onSubmit={(draft) =>
        run({ id: connectionId, name: draft.name.trim(), access: accessOf(draft) }, () => router.push(back))
      }
      frame={(form, buttons) => (
        <>
          <div className="flex-1 min-h-0 overflow-auto" data-scroll>
            <PageHeader
              crumbs={[
                { label: t('detail.crumbs'), href: '/connections' },
                { label: connection.name, href: back },
              ]}
              title={t('form.changeTitle', { name: connection.name })}
            />
            <div className="flex flex-col gap-5 px-6 max-md:px-4 pb-6 max-w-200">
              <Notice tone="info">{t('form.changeLead')}</Notice>
              {form}
            </div>
          </div>
          <div className="sw-foot">
            <span className="flex-1" />
            <ButtonLink variant="quiet" href={back}>
              {common('cancel')}
            </ButtonLink>
            {buttons}
          </div>
        </>
      )}
    />
  )
}
