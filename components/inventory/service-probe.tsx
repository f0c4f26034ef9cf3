'use client'
/** What is asked of a guest's service after a rollback, on the guest's own page; nothing is asked until somebody says so. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { setServiceProbe } from '@/app/actions/service-probe'
import { useAction } from '@/components/auth/use-action'
import { useRoleWords } from '@/components/plan/use-rights'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { SectionHeader } from '@/components/ui/page'
import { shownActor } from '@/lib/domain/actor'
import { probeTarget, type ServiceProbeSet } from '@/lib/domain/service-probe'
import type { GuestDetail } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { ReasonNotice, reasonOfError } from './reason-notice'
import { ServiceProbeDialog } from './service-probe-dialog'

export function ServiceProbeSection({ guest }: { guest: Pick<GuestDetail, 'id' | 'name'> }) {
  const t = useTranslations('guest.probe')
  const common = useTranslations('common.actions')
  const client = useQueryClient()
  const { data, error } = useQuery(q.serviceProbe(guest.id))
  const [open, setOpen] = useState(false)
  const mayNot = useRoleWords('service-probe.set')
  const { run, busy, refusal } = useAction(setServiceProbe)
  const renew = () => void client.invalidateQueries({ queryKey: ['service-probe', guest.id] })
  const probe = data?.probe ?? null
  return (
    <section>
      <SectionHeader title={t('heading')} />
      {error !== null && <ReasonNotice reason={reasonOfError(error)} />}
      {data !== undefined && (probe === null ? <p className="text-text-2">{t('none')}</p> : <Said probe={probe} />)}
      {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
      {data !== undefined && (
        <div className="mt-3 flex gap-2">
          <Button disabledReason={mayNot} onClick={() => setOpen(true)}>
            {probe === null ? t('set') : common('change')}
          </Button>
          {probe !== null && (
            <Button
              variant="quiet"
              busy={busy}
              disabledReason={mayNot}
              onClick={() => run({ id: guest.id, probe: null }, renew)}
            >
              {t('clear')}
            </Button>
          )}
        </div>
      )}
      {open && <ServiceProbeDialog guest={guest} probe={probe} onClose={() => setOpen(false)} onSaved={renew} />}
    </section>
  )
}

function Said({ probe }: { probe: ServiceProbeSet }) {
  const t = useTranslations('guest.probe')
  const format = useFormat()
  const now = useNow()
  const { withinMillis, setBy, setAt } = probe
  const wanted =
    probe.kind === 'tcp'
      ? t('wantsPort')
      : t(probe.anyCertificate ? 'wantsStatusAnyCertificate' : 'wantsStatus', { status: String(probe.expectedStatus) })
  return (
    <dl className="sw-config">
      <div>
        <dt>{t('asks')}</dt>
        <dd className="sw-mono wrap-anywhere">{probeTarget(probe)}</dd>
      </div>
      <div>
        <dt>{t('wants')}</dt>
        <dd>{wanted}</dd>
      </div>
      <div>
        <dt>{t('within')}</dt>
        <dd>{t('withinText', { time: format.age(withinMillis) })}</dd>
      </div>
      <div>
        <dt>{t('setBy')}</dt>
        <dd className="wrap-anywhere">
          {shownActor(setBy)}, {format.date(setAt, 'moment', now)}
        </dd>
      </div>
    </dl>
  )
}
