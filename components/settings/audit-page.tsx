'use client'
/** The audit log, newest first. Filter and place are in the address, so a page of it can be sent to somebody. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { ScrollText, SearchX } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { Select } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { FilterForm } from '@/components/ui/filter-form'
import { preloadOverlays } from '@/components/ui/overlays'
import { EmptyState } from '@/components/ui/states'
import { TextField } from '@/components/ui/text-field'
import { AUDIT_ACTIONS, type AuditEntry } from '@/lib/domain/audit'
import { useFormat } from '@/lib/i18n/use-format'
import { type AuditInput, q } from '@/lib/web/queries'
import { AuditDetails } from './audit-details'
import { AuditProof } from './audit-proof'
import { subjectOf, useAuditWords } from './audit-words'
import { TableSection } from './section'

const PATH = '/settings/audit'

/** The address of a place in the log. */
function placeOf({ q: text, action, cursor }: AuditInput): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ q: text, action, cursor })) if (value) query.set(name, value)
  return query.size === 0 ? PATH : `${PATH}?${query}`
}

export function AuditPage({ input }: { input: AuditInput }) {
  const t = useTranslations('settings.audit')
  const format = useFormat()
  const { data } = useSuspenseQuery(q.audit(input))
  const { cursor, ...filter } = input
  const filtered = filter.q !== undefined || filter.action !== undefined
  return (
    <TableSection title={t('title')} text={t('sub', { zone: format.timeZone })} actions={<AuditProof />}>
      <AuditFilter key={placeOf(filter)} input={filter} filtered={filtered} />
      {data.entries.length === 0 ? (
        <NothingFound filtered={filtered || cursor !== undefined} />
      ) : (
        <AuditTable entries={data.entries} />
      )}
      {(cursor !== undefined || data.nextCursor !== null) && (
        <nav aria-label={t('pages')} className="flex gap-2 px-6 max-md:px-4 pt-4">
          {cursor !== undefined && (
            <ButtonLink size="sm" href={placeOf(filter)}>
              {t('newest')}
            </ButtonLink>
          )}
          {data.nextCursor !== null && (
            <ButtonLink size="sm" href={placeOf({ ...filter, cursor: data.nextCursor })}>
              {t('older')}
            </ButtonLink>
          )}
        </nav>
      )}
    </TableSection>
  )
}

function AuditFilter({ input, filtered }: { input: AuditInput; filtered: boolean }) {
  const t = useTranslations('settings.audit')
  return (
    <FilterForm action={PATH} show={t('filter')} clear={filtered ? { label: t('clear'), href: PATH } : null}>
      <div className="w-60 max-md:w-full">
        <TextField name="q" type="search" label={t('search')} defaultValue={input.q ?? ''} maxLength={200} />
      </div>
      <div className="w-64 max-md:w-full">
        <Select
          name="action"
          label={t('action')}
          defaultValue={input.action ?? ''}
          options={[['', t('anyAction')], ...AUDIT_ACTIONS.map((action) => [action, t(`actions.${action}`)] as const)]}
        />
      </div>
    </FilterForm>
  )
}

function NothingFound({ filtered }: { filtered: boolean }) {
  const t = useTranslations('settings.audit')
  return filtered ? (
    <EmptyState icon={SearchX} title={t('empty')} actions={<ButtonLink href={PATH}>{t('clear')}</ButtonLink>}>
      {t('emptyText')}
    </EmptyState>
  ) : (
    <EmptyState icon={ScrollText} title={t('emptyAll')}>
      {t('emptyAllText')}
    </EmptyState>
  )
}

function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  const t = useTranslations('settings.audit')
  const [shown, setShown] = useState<AuditEntry | null>(null)
  return (
    <>
      <table className="sw-table" aria-label={t('title')}>
        <thead>
          <tr>
            <th scope="col" className="w-44 max-md:w-30">
              {t('columns.time')}
            </th>
            <th scope="col" className="max-md:hidden">
              {t('columns.actor')}
            </th>
            <th scope="col" className="w-[20%] max-md:w-auto">
              {t('columns.action')}
            </th>
            <th scope="col" className="max-md:hidden">
              {t('columns.subject')}
            </th>
            <th scope="col" className="w-[20%] max-lg:hidden">
              {t('columns.detail')}
            </th>
            <th scope="col" className="w-32 max-xl:hidden">
              {t('columns.address')}
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <AuditLine key={entry.id} entry={entry} onShow={() => setShown(entry)} />
          ))}
        </tbody>
      </table>
      <AuditDetails entry={shown} onClose={() => setShown(null)} />
    </>
  )
}

function AuditLine({ entry, onShow }: { entry: AuditEntry; onShow: () => void }) {
  const words = useAuditWords()
  const format = useFormat()
  const now = useNow()
  const actor = words.actor(entry.actor)
  const subject = subjectOf(entry)
  const detail = words
    .facts(entry)
    .filter((fact) => fact !== subject)
    .join(' · ')
  const oneself = subject === actor
  return (
    <tr>
      <td className="text-text-2 num">
        <time dateTime={entry.at} title={format.date(entry.at, 'long', now)}>
          {format.date(entry.at, 'day', now)}{' '}
          <span className="max-md:block max-md:text-12 max-md:text-text-3">
            {format.date(entry.at, 'seconds', now)}
          </span>
        </time>
      </td>
      <td className="max-md:hidden" title={entry.actor}>
        {actor}
      </td>
      <th scope="row">
        <button
          type="button"
          className="sw-name sw-row-button"
          aria-haspopup="dialog"
          onClick={onShow}
          onPointerEnter={preloadOverlays}
          onFocus={preloadOverlays}
        >
          {words.action(entry)}
        </button>
        <span className="block sw-ellipsis text-12 text-text-3 md:hidden">
          {[actor, oneself ? '' : subject].filter((part) => part !== '').join(' · ')}
        </span>
      </th>
      <td className="text-text-2 max-md:hidden" title={subject}>
        {oneself ? '' : subject}
      </td>
      <td className="text-text-2 max-lg:hidden" title={detail}>
        {detail}
      </td>
      <td className="text-text-3 num max-xl:hidden">{entry.address ?? ''}</td>
    </tr>
  )
}
