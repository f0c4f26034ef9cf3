'use client'
/** Says what is asked of a guest's service after a rollback, and asks it once now, so that a typo shows at once. */
import { useTranslations } from 'next-intl'
import { type FormEvent, useId, useRef, useState } from 'react'
import { setServiceProbe, tryServiceProbe } from '@/app/actions/service-probe'
import { useAction } from '@/components/auth/use-action'
import { Button } from '@/components/ui/button'
import { Checkbox, Segmented, Select } from '@/components/ui/choice'
import { Notice } from '@/components/ui/notice'
import { Dialog } from '@/components/ui/overlays'
import { TextField } from '@/components/ui/text-field'
import { PROBE_WITHIN, type ServiceProbe, type ServiceProbeResult } from '@/lib/domain/service-probe'
import { MINUTE, SECOND } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'
import { ReasonNotice, useExplain } from './reason-notice'

/** Guests boot within a minute or two; a database that replays its log takes longer. */
const WITHIN = [10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE]

type Props = {
  guest: { id: string; name: string }
  probe: ServiceProbe | null
  onClose: () => void
  onSaved: () => void
}

export function ServiceProbeDialog({ guest, probe, onClose, onSaved }: Props) {
  const t = useTranslations('guest.probe')
  const common = useTranslations('common.actions')
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  const [kind, setKind] = useState<ServiceProbe['kind']>(probe?.kind ?? 'tcp')
  const [found, setFound] = useState<ServiceProbeResult | null>(null)
  const save = useAction(setServiceProbe)
  const attempt = useAction(tryServiceProbe)
  /** What was said of other entries is not so of these. */
  function forget() {
    setFound(null)
    save.clear()
    attempt.clear()
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    forget()
    save.run({ id: guest.id, probe: readForm(event.currentTarget, kind) }, () => {
      onSaved()
      onClose()
    })
  }
  function tryNow() {
    if (form.current?.reportValidity() !== true) return
    forget()
    attempt.run({ id: guest.id, probe: readForm(form.current, kind) }, setFound)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('title', { name: guest.name })}
      dismissable={false}
      footer={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button busy={attempt.busy} onClick={tryNow}>
            {t('tryNow')}
          </Button>
          <Button type="submit" form={id} variant="primary" busy={save.busy}>
            {common('save')}
          </Button>
        </>
      }
    >
      <form ref={form} id={id} onSubmit={submit} onChange={forget} className="flex flex-col gap-4">
        <p className="text-text-2">{t('text')}</p>
        <Segmented
          label={t('kind')}
          name="kind"
          value={kind}
          onChange={setKind}
          options={[
            { value: 'tcp', label: t('tcp') },
            { value: 'http', label: t('http') },
          ]}
        />
        {kind === 'tcp' ? <PortFields probe={probe} /> : <AddressFields probe={probe} />}
        <WithinField withinMillis={probe?.withinMillis ?? PROBE_WITHIN.usual} />
        <div role="status">{found !== null && <Answer found={found} />}</div>
        {(save.refusal ?? attempt.refusal) !== null && (
          <ReasonNotice reason={save.refusal ?? attempt.refusal ?? { code: 'interrupted' }} tone="critical" />
        )}
      </form>
    </Dialog>
  )
}

function PortFields({ probe }: { probe: ServiceProbe | null }) {
  const t = useTranslations('guest.probe')
  const said = probe?.kind === 'tcp' ? probe : null
  return (
    <div className="flex gap-3 max-md:flex-col">
      <div className="flex-1">
        <TextField
          name="host"
          label={t('host')}
          hint={t('hostHint')}
          defaultValue={said?.host}
          required
          mono
          maxLength={253}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <div className="w-28">
        <TextField
          name="port"
          type="number"
          label={t('port')}
          defaultValue={said?.port}
          required
          min={1}
          max={65_535}
          inputMode="numeric"
        />
      </div>
    </div>
  )
}

function AddressFields({ probe }: { probe: ServiceProbe | null }) {
  const t = useTranslations('guest.probe')
  const said = probe?.kind === 'http' ? probe : null
  return (
    <>
      <TextField
        name="url"
        type="url"
        label={t('url')}
        hint={t('urlHint')}
        defaultValue={said?.url}
        placeholder="https://10.0.0.20/health"
        pattern="https?://.+"
        required
        mono
        maxLength={2_000}
        autoComplete="off"
        spellCheck={false}
      />
      <div className="w-36">
        <TextField
          name="expectedStatus"
          type="number"
          label={t('status')}
          defaultValue={said?.expectedStatus ?? 200}
          required
          min={100}
          max={599}
          inputMode="numeric"
        />
      </div>
      <Checkbox
        name="anyCertificate"
        label={t('anyCertificate')}
        hint={t('anyCertificateHint')}
        defaultChecked={said?.anyCertificate ?? false}
      />
    </>
  )
}

function WithinField({ withinMillis }: { withinMillis: number }) {
  const t = useTranslations('guest.probe')
  const format = useFormat()
  // One set by a program may lie between; it is kept until somebody chooses another.
  const offered = WITHIN.includes(withinMillis) ? WITHIN : [...WITHIN, withinMillis].sort((one, other) => one - other)
  return (
    <Select
      name="withinMillis"
      label={t('within')}
      hint={t('withinHint')}
      defaultValue={String(withinMillis)}
      options={offered.map((millis) => [String(millis), format.age(millis)] as const)}
    />
  )
}

function Answer({ found }: { found: ServiceProbeResult }) {
  const t = useTranslations('guest.probe')
  const explain = useExplain()
  // What to do about it is to correct the form or to save it: the reason's own advice is for after a rollback.
  if (found.result !== 'pass') return <Notice tone="warning" title={explain(found.why).title} />
  return <Notice tone="ok" title={t('answered', { millis: String(found.tookMillis) })} />
}

function readForm(form: HTMLFormElement, kind: ServiceProbe['kind']): ServiceProbe {
  const entries = new FormData(form)
  const text = (name: string) => String(entries.get(name) ?? '').trim()
  const withinMillis = Number(text('withinMillis'))
  if (kind === 'tcp') return { kind, host: text('host'), port: Number(text('port')), withinMillis }
  return {
    kind,
    url: text('url'),
    expectedStatus: Number(text('expectedStatus')),
    anyCertificate: entries.get('anyCertificate') !== null,
    withinMillis,
  }
}
