'use client'
/** One entry of the log with everything that was written, whole: in the row much of it has no room, on a phone none. */
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { CodeBlock } from '@/components/ui/code-block'
import { DefinitionList } from '@/components/ui/facts'
import { Drawer } from '@/components/ui/overlays'
import type { AuditEntry } from '@/lib/domain/audit'
import { useFormat } from '@/lib/i18n/use-format'
import { subjectName, useAuditWords } from './audit-words'
import { useLast } from './use-last'

/** Pages of what an entry names by its id. */
const PAGES: Record<string, string> = { operation: '/operations', plan: '/plans', alert: '/alerts' }

export function AuditDetails({ entry, onClose }: { entry: AuditEntry | null; onClose: () => void }) {
  const words = useAuditWords()
  const last = useLast(entry)
  return (
    <Drawer open={entry !== null} onClose={onClose} dismissable title={last === null ? '' : words.action(last)}>
      {last !== null && <Entry entry={last} />}
    </Drawer>
  )
}

function Entry({ entry }: { entry: AuditEntry }) {
  const t = useTranslations('settings.audit')
  const words = useAuditWords()
  const format = useFormat()
  const now = useNow()
  const { seq, hash, previous } = entry.seal
  return (
    <div className="flex flex-col gap-4">
      <DefinitionList
        labelWidth={96}
        items={[
          [
            t('entry.at'),
            <span key="at">
              {format.date(entry.at, 'long', now)} <span className="block text-12 text-text-3 num">{entry.at}</span>
            </span>,
          ],
          [t('columns.actor'), <Whole key="who" text={words.actor(entry.actor)} />],
          [t('columns.address'), entry.address ?? <span className="text-text-3">{t('entry.where')}</span>],
          entry.subject === null ? null : [t('columns.subject'), <Subject key="on" subject={entry.subject} />],
          [t('entry.facts'), <Facts key="facts" entry={entry} />],
        ]}
      />
      <section className="flex flex-col gap-2">
        <h3 className="text-14 font-[600]">{t('entry.seal')}</h3>
        <p className="text-text-2">
          {previous === '' ? t('entry.firstText') : t('entry.sealText', { seq: String(seq) })}
        </p>
        <CodeBlock
          wrap
          code={[`#${seq} ${hash}`, ...(previous === '' ? [] : [`#${seq - 1} ${previous}`])].join('\n')}
        />
      </section>
    </div>
  )
}

function Facts({ entry }: { entry: AuditEntry }) {
  const t = useTranslations('settings.audit.entry')
  const facts = useAuditWords().facts(entry)
  if (facts.length === 0) return <span className="text-text-3">{t('noFacts')}</span>
  return (
    <ul className="flex flex-col gap-1">
      {facts.map((fact) => (
        <li key={fact}>
          <Whole text={fact} />
        </li>
      ))}
    </ul>
  )
}

const Whole = ({ text }: { text: string }) => <span className="[overflow-wrap:anywhere]">{text}</span>

function Subject({ subject }: { subject: string }) {
  const page = PAGES[subject.slice(0, subject.indexOf(':'))]
  const name = subjectName(subject)
  return page === undefined ? <Whole text={name} /> : <Link href={`${page}/${name}`}>{name}</Link>
}
