'use client'
/** Channels: where alerts are told, a test that shows the receiver's own answer, and what was sent. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { BellRing, Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { removeChannel, testChannel } from '@/app/actions/channel'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { RemoveDialog } from '@/components/inventory/remove-dialog'
import { TableSection } from '@/components/settings/section'
import { useLast } from '@/components/settings/use-last'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { EmptyState } from '@/components/ui/states'
import type { Channel, Receipt } from '@/lib/domain/channel'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { ChannelForm } from './channel-form'
import { DeliveryLog } from './delivery-log'

export function ChannelsPage() {
  const t = useTranslations('notifications')
  const client = useQueryClient()
  const { data: channels } = useSuspenseQuery(q.channels())
  const [form, setForm] = useState<{ channel: Channel | null; count: number } | null>(null)
  const [removing, setRemoving] = useState<Channel | null>(null)
  const [forms, setForms] = useState(0)
  const openForm = (channel: Channel | null) => {
    setForms(forms + 1)
    setForm({ channel, count: forms + 1 })
  }
  const add = (
    <Button variant="primary" icon={Plus} onClick={() => openForm(null)}>
      {t('add')}
    </Button>
  )
  const done = () => {
    setForm(null)
    setRemoving(null)
    void client.invalidateQueries(q.channels())
  }
  const shown = useLast(form)
  return (
    <>
      <TableSection title={t('title')} text={t('text')} actions={channels.length > 0 && add}>
        {channels.length === 0 ? (
          <EmptyState icon={BellRing} title={t('empty')} actions={add}>
            {t('emptyText')}
          </EmptyState>
        ) : (
          <ul className="sw-channels">
            {channels.map((channel) => (
              <ChannelLine
                key={channel.id}
                channel={channel}
                onChange={() => openForm(channel)}
                onRemove={() => setRemoving(channel)}
              />
            ))}
          </ul>
        )}
      </TableSection>
      <DeliveryLog />
      {shown !== null && (
        <ChannelForm
          key={shown.count}
          open={form !== null}
          channel={shown.channel}
          onClose={() => setForm(null)}
          onSaved={done}
        />
      )}
      <RemoveDialog
        thing={removing}
        action={removeChannel}
        words={({ name }) => ({ title: t('removeTitle', { name }), text: t('removeText'), submit: t('remove') })}
        onClose={() => setRemoving(null)}
        onRemoved={done}
      />
    </>
  )
}

type LineProps = { channel: Channel; onChange: () => void; onRemove: () => void }

function ChannelLine({ channel, onChange, onRemove }: LineProps) {
  const t = useTranslations('notifications')
  const { name } = channel
  const [receipt, setReceipt] = useState<Receipt | null>(null)
  const { run, busy, refusal } = useAction(testChannel)
  return (
    <li>
      <div className="line">
        <div className="what">
          <span className={channel.enabled ? 'sw-name' : 'text-text-3'}>{name}</span>
          <span className="block text-12 text-text-3">{t(`kind.${channel.settings.kind}`)}</span>
        </div>
        <div className="when">
          {channel.enabled ? t(`hears.${channel.route.leastSeverity}`) : t('off')}
          <span className="block text-12 text-text-3">
            <When channel={channel} />
          </span>
        </div>
        <div className="acts">
          <Button
            size="sm"
            busy={busy}
            aria-label={t('testName', { name })}
            onClick={() => {
              setReceipt(null)
              run({ id: channel.id }, setReceipt)
            }}
          >
            {t('test')}
          </Button>
          <Button size="sm" aria-label={t('changeName', { name })} onClick={onChange}>
            {t('change')}
          </Button>
          <Button size="sm" variant="quiet" aria-label={`${t('remove')} ${name}`} onClick={onRemove}>
            {t('remove')}
          </Button>
        </div>
      </div>
      <div role="status">
        {receipt !== null && <Answer name={name} receipt={receipt} />}
        {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
      </div>
    </li>
  )
}

function When({ channel }: { channel: Channel }) {
  const t = useTranslations('notifications.when')
  const format = useFormat()
  const { escalateAfterMillis, quietHours } = channel
  const parts = [
    escalateAfterMillis === null ? t('atOnce') : t('escalated', { span: format.duration(escalateAfterMillis) }),
    quietHours === null ? null : t('quiet', { from: quietHours.from, until: quietHours.until }),
  ]
  return parts.filter((part) => part !== null).join(' · ')
}

/** The receiver's own words: whether they mean yes is for a person to see. */
function Answer({ name, receipt }: { name: string; receipt: Receipt }) {
  const t = useTranslations('notifications')
  const title =
    receipt.status === null ? t('tested', { name }) : t('testedStatus', { name, status: String(receipt.status) })
  return (
    <Notice tone="ok" title={title}>
      {receipt.answer === '' ? t('answerEmpty') : <span className="sw-mono break-all">{receipt.answer}</span>}
    </Notice>
  )
}
