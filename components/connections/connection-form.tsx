'use client'
/** How to reach a hypervisor: the way, the host, who we are there, and whose certificate or host key we trust. */
import { useTranslations } from 'next-intl'
import { type FormEvent, type ReactNode, useState } from 'react'
import { testUnsaved } from '@/app/actions/connections'
import { useAction } from '@/components/auth/use-action'
import { useExplain } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { RadioCards, Segmented, Select } from '@/components/ui/choice'
import { IntoView } from '@/components/ui/into-view'
import { FormError } from '@/components/ui/notice'
import { TextArea, TextField } from '@/components/ui/text-field'
import type { Reason } from '@/lib/domain/reason'
import type { ConnectionTest } from '@/lib/domain/view'
import { CertificatePin } from './certificate-pin'
import { CleartextAcceptance } from './cleartext-acceptance'
import { accessOf, type Draft, missingFields, PLATFORMS, uriOf, type Way } from './draft'
import { HostKeyPin } from './host-key-pin'
import { ProxmoxFields } from './proxmox-fields'
import { ProxmoxTrust } from './proxmox-trust'
import { TestResult } from './test-result'

type Props = {
  first: Draft
  submitLabel: string
  /** refusal of the last submit */
  refusal: Reason | null
  busy: boolean
  onSubmit: (draft: Draft) => void
  /** mode is chosen here for a new connection; a saved one has its own switch */
  withMode: boolean
  /** where buttons stand: the page's footer */
  frame: (form: ReactNode, buttons: ReactNode) => ReactNode
}

const WAYS: readonly Way[] = ['local', 'ssh', 'tls', 'tcp']

export function ConnectionForm({ first, submitLabel, refusal, busy, onSubmit, withMode, frame }: Props) {
  const t = useTranslations('connections.form')
  const words = useTranslations('words')
  const explain = useExplain()
  const [draft, setDraft] = useState(first)
  const [missing, setMissing] = useState<string[]>([])
  const [test, setTest] = useState<ConnectionTest | null>(null)
  const probe = useAction(testUnsaved)
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))

  /** Whether everything needed is there; says by name what is not. */
  const complete = (): boolean => {
    const fields = missingFields(draft).map((field) => t(field))
    setMissing(fields)
    return fields.length === 0
  }
  const tryIt = () => {
    if (!complete()) return
    setTest(null)
    probe.run({ name: draft.name, mode: draft.mode, ...accessOf(draft) }, setTest)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (complete()) onSubmit(draft)
  }

  const failed = refusal ?? probe.refusal
  const failure = failed === null ? null : explain(failed)
  const offered =
    test?.ok === false && (test.why.code === 'certificate-unknown' || test.why.code === 'certificate-changed')
      ? test.why
      : null
  return (
    <form onSubmit={submit} className="contents">
      {frame(
        <div className="flex flex-col gap-5">
          {missing.length > 0 && <FormError title={t('missing', { fields: missing.join(', ') })} />}
          {failure !== null && <FormError title={failure.title}>{failure.action}</FormError>}
          {withMode && (
            <Segmented
              label={t('platform')}
              name="platform"
              value={draft.platform}
              onChange={(platform) => {
                // What was pinned or tested belongs to the other platform's server.
                set({ platform, ca: '', fingerprint: '', username: '', password: '' })
                setTest(null)
              }}
              options={PLATFORMS.map((platform) => ({ value: platform, label: words(`hypervisor.${platform}`) }))}
            />
          )}
          <TextField
            label={t('name')}
            hint={t('nameHint')}
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
            autoComplete="off"
          />
          {draft.platform === 'proxmox' ? (
            <>
              <ProxmoxFields draft={draft} set={set} />
              <ProxmoxTrust draft={draft} set={set} test={probe.busy ? null : test} />
            </>
          ) : (
            <>
              <ChooseWay draft={draft} set={set} />
              <Place draft={draft} set={set} />
              <Trust draft={draft} set={set} />
              {draft.way === 'tls' && offered !== null && (
                <CertificatePin
                  host={draft.host}
                  command="openssl x509 -noout -fingerprint -sha256 -in /etc/pki/libvirt/servercert.pem"
                  offered={offered}
                  pinned={draft.fingerprint === offered.fingerprint}
                  onPin={(fingerprint) => set({ fingerprint })}
                />
              )}
              {draft.way === 'tcp' && <CleartextAcceptance draft={draft} set={set} />}
            </>
          )}
          {withMode && <Mode draft={draft} set={set} />}
          {probe.busy && <p role="status">{t('testing')}</p>}
          {test !== null && !probe.busy && offered === null && (
            <IntoView>
              <TestResult test={test} mode={draft.mode} />
            </IntoView>
          )}
        </div>,
        <>
          <Button onClick={tryIt} busy={probe.busy}>
            {t(test === null ? 'test' : 'testAgain')}
          </Button>
          <Button type="submit" variant="primary" busy={busy}>
            {submitLabel}
          </Button>
        </>,
      )}
    </form>
  )
}

export type DraftProps = { draft: Draft; set: (change: Partial<Draft>) => void }

function ChooseWay({ draft, set }: DraftProps) {
  const t = useTranslations('connections.form')
  return (
    <div className="flex flex-col gap-1.5">
      <Segmented
        label={t('way')}
        name="way"
        value={draft.way}
        onChange={(way) => set({ way })}
        options={WAYS.map((way) => ({ value: way, label: t(`ways.${way}`) }))}
      />
      <p className="sw-hint">{t(`wayHint.${draft.way}`)}</p>
    </div>
  )
}

const PORTS: Record<Exclude<Way, 'local'>, string> = { ssh: '22', tls: '16514', tcp: '16509' }

function Place({ draft, set }: DraftProps) {
  const t = useTranslations('connections.form')
  if (draft.way === 'local') {
    return (
      <Select
        label={t('scope')}
        value={draft.scope}
        onChange={(event) => set({ scope: event.target.value === 'session' ? 'session' : 'system' })}
        options={[
          ['system', t('scopes.system')],
          ['session', t('scopes.session')],
        ]}
      />
    )
  }
  return (
    <>
      <div className="grid gap-4 md:grid-cols-[minmax(0,1fr)_120px]">
        <TextField
          label={t('host')}
          hint={t('hostHint')}
          value={draft.host}
          onChange={(event) => set({ host: event.target.value })}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
        />
        <TextField
          label={t('port')}
          value={draft.port}
          placeholder={PORTS[draft.way]}
          inputMode="numeric"
          onChange={(event) => set({ port: event.target.value.replace(/\D/g, '') })}
          autoComplete="off"
        />
      </div>
      {draft.way === 'ssh' && (
        <TextField
          label={t('user')}
          hint={t('userHint')}
          value={draft.user}
          onChange={(event) => set({ user: event.target.value })}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
        />
      )}
      {draft.host.trim() !== '' && (
        <p className="sw-hint">
          {t('address')} <span className="sw-mono">{uriOf(draft)}</span>
        </p>
      )}
    </>
  )
}

function Trust({ draft, set }: DraftProps) {
  const t = useTranslations('connections.form')
  const pasted = (field: 'sshKey' | 'ca' | 'cert' | 'key', hint: string, optional: boolean) => (
    <TextArea
      mono
      rows={4}
      label={t(field)}
      hint={hint}
      optional={optional}
      value={draft[field]}
      onChange={(event) => set({ [field]: event.target.value })}
      autoComplete="off"
      spellCheck={false}
    />
  )
  if (draft.way === 'ssh') {
    return (
      <>
        {pasted('sshKey', t('sshKeyHint'), false)}
        <HostKeyPin draft={draft} set={set} />
      </>
    )
  }
  if (draft.way === 'local') return null
  return (
    <>
      {draft.way === 'tls' && (
        <>
          {pasted('ca', t('caHint'), true)}
          <div className="grid gap-4 md:grid-cols-2">
            {pasted('cert', t('clientHint'), true)}
            {pasted('key', t('clientHint'), true)}
          </div>
        </>
      )}
      <div className="grid gap-4 md:grid-cols-2">
        <TextField
          label={t('username')}
          hint={t('saslHint')}
          optional
          value={draft.username}
          onChange={(event) => set({ username: event.target.value })}
          autoComplete="off"
          spellCheck={false}
        />
        <TextField
          type="password"
          label={t('password')}
          optional
          value={draft.password}
          onChange={(event) => set({ password: event.target.value })}
          autoComplete="off"
        />
      </div>
    </>
  )
}

function Mode({ draft, set }: DraftProps) {
  const t = useTranslations('connections.form')
  const words = useTranslations('words')
  return (
    <RadioCards
      label={t('mode')}
      name="mode"
      columns={2}
      value={draft.mode}
      onChange={(mode) => set({ mode })}
      options={(['observe', 'operate'] as const).map((mode) => ({
        value: mode,
        label: words(`mode.${mode}`),
        hint: words(`modeHint.${mode}`),
      }))}
    />
  )
}
