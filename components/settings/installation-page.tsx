/** What this installation is, how it was started, and what everybody who uses it may ask for. */
import { useTranslations } from 'next-intl'
import type { ComponentProps } from 'react'
import { DefinitionList } from '@/components/ui/facts'
import type { InstallationFacts } from '@/lib/web/installation'
import { SettingsSection } from './section'

type Facts = ComponentProps<typeof DefinitionList>['items']
type Props = { version: string; licence: string; facts: InstallationFacts | null }

export function InstallationPage({ version, licence, facts }: Props) {
  const t = useTranslations('settings.installation')
  const placesOf = ({ publicUrl, listens, database, dataDirectory, keyFile, demo }: InstallationFacts): Facts => [
    [t('publicUrl'), publicUrl === null ? t('publicUrlNone') : <Place key="url" text={publicUrl} />],
    [t('listens'), <Place key="listens" text={listens} />],
    [t('database'), t('databaseValue', { database: database.name, host: database.host })],
    [t('data'), <Place key="data" text={dataDirectory} />],
    [t('key'), <Place key="key" text={keyFile} />],
    demo ? [t('demo'), t('demoOn')] : null,
  ]
  return (
    <>
      <SettingsSection title={t('facts')} {...(facts !== null && { text: t('factsText') })}>
        <DefinitionList
          labelWidth={132}
          items={[[t('version'), version], ...(facts === null ? [] : placesOf(facts))]}
        />
      </SettingsSection>
      {facts !== null && (
        <SettingsSection title={t('backups')}>
          <p>{t('backupsText')}</p>
        </SettingsSection>
      )}
      <SettingsSection title={t('licence')}>
        <p>{t('licenceText', { licence })}</p>
        <p className="mt-2">{t('source')}</p>
      </SettingsSection>
    </>
  )
}

function Place({ text }: { text: string }) {
  return <span className="sw-mono wrap-anywhere">{text}</span>
}
