'use client'
import { useTranslations } from 'next-intl'
import { NewConnection } from '@/components/connections/new-connection'
import { ButtonLink } from '@/components/ui/button'

/** Step two of set-up: the same form as anywhere, and a way round it. */
export function SetupConnection() {
  const t = useTranslations('entry')
  return (
    <NewConnection
      setup
      note={t('steps.of', { step: '2' })}
      back={
        <ButtonLink variant="quiet" href="/">
          {t('connection.later')}
        </ButtonLink>
      }
      demo={{ title: t('connection.demoTitle'), text: t('connection.demoText') }}
      onAdded={() => window.location.assign('/setup/inventory')}
    >
      <h1>{t('connection.title')}</h1>
      <p className="sw-setup-lead">{t('connection.lead')}</p>
    </NewConnection>
  )
}
