'use client'
import { useTranslations } from 'next-intl'
import { Checkbox } from '@/components/ui/choice'
import { Notice } from '@/components/ui/notice'
import type { DraftProps } from './connection-form'

/** Addresses that never leave this machine; the server decides, this only spares a question that would have no point. */
const isLoopback = (host: string): boolean => /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(host.trim())

/** qemu+tcp to another machine: said plainly, accepted by name, written to the audit log. */
export function CleartextAcceptance({ draft, set }: DraftProps) {
  const t = useTranslations('connections.form')
  const host = draft.host.trim()
  if (host === '' || isLoopback(host)) return null
  return (
    <Notice tone="critical" title={t('cleartextTitle', { host })}>
      <p className="mb-2">{t('cleartextText')}</p>
      <Checkbox
        strong
        label={t('cleartextAccept')}
        checked={draft.acceptCleartext}
        onChange={(event) => set({ acceptCleartext: event.target.checked })}
      />
    </Notice>
  )
}
