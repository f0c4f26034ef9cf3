'use client'
/** Where Snapwarden may clean up by itself at an emergency. Nowhere, until an administrator says so. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { removeCleanUp } from '@/app/actions/clean-up'
import { useMayNot } from '@/components/alerts/alert-words'
import { RemoveDialog } from '@/components/inventory/remove-dialog'
import { TableSection } from '@/components/settings/section'
import { useLast } from '@/components/settings/use-last'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { shownActor } from '@/lib/domain/actor'
import type { CleanUpPolicyRow } from '@/lib/domain/clean-up'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { CleanUpForm } from './clean-up-form'

export function CleanUpSection() {
  const t = useTranslations('rules.cleanUp')
  const client = useQueryClient()
  const { data: policies } = useSuspenseQuery(q.cleanUps())
  const [form, setForm] = useState<{ policy: CleanUpPolicyRow | null; count: number } | null>(null)
  const [forms, setForms] = useState(0)
  const [removing, setRemoving] = useState<CleanUpPolicyRow | null>(null)
  const mayNot = useMayNot('clean-up.manage')
  const shown = useLast(form)
  const openForm = (policy: CleanUpPolicyRow | null) => {
    setForms(forms + 1)
    setForm({ policy, count: forms + 1 })
  }
  const done = () => {
    setForm(null)
    setRemoving(null)
    void client.invalidateQueries(q.cleanUps())
  }
  return (
    <TableSection
      title={t('title')}
      text={t('text')}
      actions={
        <Button icon={Plus} disabledReason={mayNot} onClick={() => openForm(null)}>
          {t('add')}
        </Button>
      }
    >
      {policies.length === 0 ? (
        <p className="px-6 max-md:px-4 text-text-2">{t('none')}</p>
      ) : (
        <ul className="sw-clean-ups">
          {policies.map((policy) => (
            <PolicyLine
              key={policy.id}
              policy={policy}
              mayNot={mayNot}
              onChange={() => openForm(policy)}
              onRemove={() => setRemoving(policy)}
            />
          ))}
        </ul>
      )}
      {shown !== null && (
        <CleanUpForm
          key={shown.count}
          open={form !== null}
          policy={shown.policy}
          onClose={() => setForm(null)}
          onSaved={done}
        />
      )}
      <RemoveDialog
        thing={removing}
        action={removeCleanUp}
        words={({ scope }) => ({
          title: t('removeTitle', { name: scope }),
          text: t('removeText'),
          submit: t('remove'),
        })}
        onClose={() => setRemoving(null)}
        onRemoved={done}
      />
    </TableSection>
  )
}

type LineProps = { policy: CleanUpPolicyRow; mayNot: string | null; onChange: () => void; onRemove: () => void }

function PolicyLine({ policy, mayNot, onChange, onRemove }: LineProps) {
  const t = useTranslations('rules.cleanUp')
  const format = useFormat()
  const now = useNow()
  const { connectionName, storageName, enabled, maxSnapshots, maxPeakBytes, busyHours, scope: name } = policy
  return (
    <li>
      <span className="what">
        <span className={enabled ? 'sw-name' : 'text-text-3'}>{storageName ?? t('whole')}</span>
        <span className="block text-12 text-text-3">{connectionName}</span>
      </span>
      <span className="text-text-2">
        {enabled ? t('limits', { count: maxSnapshots, bytes: format.bytes(maxPeakBytes) }) : t('off')}{' '}
        {enabled && busyHours !== null && t('busy', { from: busyHours.from, until: busyHours.until })}
        <span className="block text-12 text-text-3">
          {t('setBy', { name: shownActor(policy.setBy), date: format.date(policy.setAt, 'moment', now) })}
        </span>
      </span>
      <span className="acts">
        <Button size="sm" disabledReason={mayNot} aria-label={t('changeName', { name })} onClick={onChange}>
          {t('change')}
        </Button>
        <Button
          size="sm"
          variant="quiet"
          disabledReason={mayNot}
          aria-label={t('removeName', { name })}
          onClick={onRemove}
        >
          {t('remove')}
        </Button>
      </span>
    </li>
  )
}
