'use client'
/** A channel: where it goes, what it hears of, when. Secrets go in and are never shown again. */
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { saveChannel } from '@/app/actions/channel'
import { useAction } from '@/components/auth/use-action'
import { FormDialog } from '@/components/inventory/form-dialog'
import { Checkbox, Select } from '@/components/ui/choice'
import { PickList } from '@/components/ui/pick-list'
import { TextArea, TextField } from '@/components/ui/text-field'
import { SEVERITIES } from '@/lib/domain/alert'
import { CHANNEL_KINDS, type Channel, type ChannelKind } from '@/lib/domain/channel'
import { ENVIRONMENTS } from '@/lib/domain/environment'
import { HOUR, MINUTE } from '@/lib/domain/units'
import { q } from '@/lib/web/queries'
import { draftOf, FIRST_GROUP, kindOf, SECRET_FIELDS } from './channel-draft'

type Props = { open: boolean; channel: Channel | null; onClose: () => void; onSaved: () => void }

export function ChannelForm({ open, channel, onClose, onSaved }: Props) {
  const t = useTranslations('notifications.form')
  const [kind, setKind] = useState<ChannelKind>(channel?.settings.kind ?? 'webhook')
  const { run, busy, refusal } = useAction(saveChannel)
  function submit(entries: FormData) {
    run(draftOf(entries, kind, channel), onSaved)
  }
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={channel === null ? t('addTitle') : t('changeTitle', { name: channel.name })}
      size="lg"
      submit={t('save')}
      busy={busy}
      refusal={refusal}
      onSubmit={submit}
    >
      {channel === null && <KindSelect kind={kind} onKind={setKind} />}
      <TextField name="name" label={t('name')} required maxLength={120} defaultValue={channel?.name ?? ''} />
      <Place kind={kind} channel={channel} />
      <Hears channel={channel} />
      <When channel={channel} />
      <Checkbox name="anyAddress" label={t('any')} hint={t('anyHint')} defaultChecked={channel?.anyAddress ?? false} />
      <Checkbox name="enabled" label={t('enabled')} defaultChecked={channel?.enabled ?? true} />
    </FormDialog>
  )
}

function KindSelect({ kind, onKind }: { kind: ChannelKind; onKind: (kind: ChannelKind) => void }) {
  const t = useTranslations('notifications')
  return (
    <Select
      label={t('form.kind')}
      options={CHANNEL_KINDS.map((each) => [each, t(`kind.${each}`)] as const)}
      value={kind}
      onChange={(event) => onKind(kindOf(event.target.value))}
    />
  )
}

/** Where it goes, with what it needs to be let in. */
function Place({ kind, channel }: { kind: ChannelKind; channel: Channel | null }) {
  const t = useTranslations('notifications.form')
  const settings = channel?.settings.kind === kind ? channel.settings : null
  return (
    <>
      {(kind === 'webhook' || kind === 'gotify' || kind === 'ntfy') && (
        <TextField
          name="address"
          label={t('url')}
          type="url"
          required
          mono
          placeholder="https://"
          defaultValue={settings !== null && 'url' in settings ? settings.url : ''}
        />
      )}
      {kind === 'ntfy' && (
        <TextField
          name="topic"
          label={t('topic')}
          required
          defaultValue={settings?.kind === 'ntfy' ? settings.topic : ''}
        />
      )}
      {kind === 'telegram' && (
        <TextField
          name="chat"
          label={t('chat')}
          required
          defaultValue={settings?.kind === 'telegram' ? settings.chatId : ''}
        />
      )}
      {kind === 'email' && <Relay settings={settings?.kind === 'email' ? settings : null} />}
      {SECRET_FIELDS[kind].map(({ name, label, needed }) => (
        <TextField
          key={`${kind} ${name}`}
          name={`secret-${name}`}
          label={t(label)}
          type="password"
          autoComplete="off"
          required={needed && channel === null}
          optional={!needed}
          hint={
            channel !== null
              ? t('kept')
              : label === 'secretUrl'
                ? t('secretUrlHint')
                : label === 'signingKey'
                  ? t('signingHint')
                  : undefined
          }
        />
      ))}
    </>
  )
}

type EmailSettings = Extract<Channel['settings'], { kind: 'email' }>
function Relay({ settings }: { settings: EmailSettings | null }) {
  const t = useTranslations('notifications.form')
  return (
    <>
      <div className="grid gap-4 md:grid-cols-[minmax(0,1fr)_96px_200px]">
        <TextField name="host" label={t('host')} required mono defaultValue={settings?.host ?? ''} />
        <TextField
          name="port"
          label={t('port')}
          type="number"
          min={1}
          max={65_535}
          required
          defaultValue={settings?.port ?? 587}
        />
        <Select
          name="encryption"
          label={t('encryption')}
          defaultValue={settings?.encryption ?? 'starttls'}
          options={[
            ['starttls', t('starttls')],
            ['tls', t('tls')],
            ['none', t('none')],
          ]}
        />
      </div>
      <TextField name="from" label={t('from')} type="email" required defaultValue={settings?.from ?? ''} />
      <TextField name="to" label={t('to')} hint={t('toHint')} required defaultValue={settings?.to.join(', ') ?? ''} />
      <TextField
        name="username"
        label={t('username')}
        optional
        autoComplete="off"
        defaultValue={settings?.username ?? ''}
      />
      <TextArea name="ca" label={t('ca')} optional mono rows={2} defaultValue={settings?.ca ?? ''} />
    </>
  )
}

function Hears({ channel }: { channel: Channel | null }) {
  const t = useTranslations('notifications.form')
  const { data: connections } = useQuery(q.connections())
  const chosen = channel?.route.connectionIds ?? []
  return (
    <>
      <Select
        name="least"
        label={t('least')}
        defaultValue={channel?.route.leastSeverity ?? 'warning'}
        options={SEVERITIES.map((each) => [each, t(`leastOption.${each}`)] as const)}
      />
      {connections === undefined ? (
        // Until the names are there the ids stay in the form, or a quick save would send everything there.
        chosen.map((id) => <input key={id} type="hidden" name="connection" value={id} />)
      ) : (
        <PickList
          name="connection"
          label={t('connections')}
          hint={t('connectionsHint')}
          options={connections.map(({ id, name }) => ({ id, label: name }))}
          chosen={chosen}
        />
      )}
      <fieldset className="sw-field">
        <legend className="sw-label mb-[5px]">{t('environments')}</legend>
        <div className="flex flex-wrap gap-x-5 gap-y-1">
          {ENVIRONMENTS.map((each) => (
            <Checkbox
              key={each}
              name={`environment-${each}`}
              label={t(`environment.${each}`)}
              defaultChecked={channel?.route.environments.includes(each) ?? false}
            />
          ))}
        </div>
        <p className="sw-hint">{t('environmentsHint')}</p>
      </fieldset>
      <TextField
        name="tags"
        label={t('tags')}
        hint={t('tagsHint')}
        optional
        defaultValue={channel?.route.tags.join(', ') ?? ''}
      />
      <Select
        name="language"
        label={t('language')}
        defaultValue={channel?.language ?? 'en'}
        options={[
          ['en', 'English'],
          ['zh-CN', '简体中文'],
        ]}
      />
    </>
  )
}

const GROUPS = [0, MINUTE, 5 * MINUTE, 15 * MINUTE]
const REPEATS = [30 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR]
const ESCALATIONS = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR]

function When({ channel }: { channel: Channel | null }) {
  const t = useTranslations('notifications.form')
  const [quiet, setQuiet] = useState(channel !== null && channel.quietHours !== null)
  const words = (millis: number): readonly [string, string] => [
    String(millis),
    millis < HOUR ? t('minutes', { count: String(millis / MINUTE) }) : t('hours', { count: String(millis / HOUR) }),
  ]
  /** What was set by a program stays choosable. */
  const choices = (offered: number[], set: number | null | undefined) =>
    (set === null || set === undefined || offered.includes(set) ? offered : [...offered, set]).map(words)
  return (
    <>
      <div className="grid gap-4 md:grid-cols-3">
        <Select
          name="group"
          label={t('group')}
          hint={t('groupHint')}
          defaultValue={String(channel?.groupMillis ?? FIRST_GROUP)}
          options={choices(GROUPS, channel?.groupMillis)}
        />
        <Select
          name="repeat"
          label={t('repeat')}
          defaultValue={String(channel?.repeatMillis ?? '')}
          options={[['', t('never')], ...choices(REPEATS, channel?.repeatMillis)]}
        />
        <Select
          name="escalate"
          label={t('escalate')}
          defaultValue={String(channel?.escalateAfterMillis ?? '')}
          options={[['', t('atOnce')], ...choices(ESCALATIONS, channel?.escalateAfterMillis)]}
        />
      </div>
      <Checkbox name="quiet" label={t('quiet')} checked={quiet} onChange={(event) => setQuiet(event.target.checked)} />
      {quiet && (
        <div className="grid gap-4 grid-cols-2 max-w-80">
          <TextField
            name="quietFrom"
            type="time"
            label={t('quietFrom')}
            required
            defaultValue={channel?.quietHours?.from ?? '22:00'}
          />
          <TextField
            name="quietUntil"
            type="time"
            label={t('quietUntil')}
            required
            defaultValue={channel?.quietHours?.until ?? '07:00'}
          />
        </div>
      )}
    </>
  )
}
