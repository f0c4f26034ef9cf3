'use client'
/** The ssh host key: asked for, compared by a person, then pinned. Nothing of ours is sent before. */
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { fetchOffered } from '@/app/actions/connections'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/choice'
import { CodeBlock } from '@/components/ui/code-block'
import { Box } from '@/components/ui/page'
import type { OfferedIdentity } from '@/lib/domain/view'
import type { DraftProps } from './connection-form'
import { uriOf } from './draft'

type HostKey = Extract<OfferedIdentity, { shows: 'host-keys' }>['keys'][number]

export function HostKeyPin({ draft, set }: DraftProps) {
  const t = useTranslations('connections.form')
  const [keys, setKeys] = useState<HostKey[]>([])
  const [askedOf, setAskedOf] = useState('')
  const ask = useAction(fetchOffered)
  const uri = uriOf(draft)
  const pinned = keys.filter((key) => draft.knownHosts.includes(key.knownHostsLine))
  if (keys.length === 0 || askedOf !== uri) {
    return (
      <div className="flex flex-col gap-2 items-start">
        <span className="sw-label">{t('knownHosts')}</span>
        <Button
          size="sm"
          busy={ask.busy}
          disabled={draft.host.trim() === ''}
          onClick={() =>
            ask.run({ kind: 'libvirt', uri }, (offered) => {
              setKeys(offered.shows === 'host-keys' ? offered.keys : [])
              setAskedOf(uri)
              set({ knownHosts: '' })
            })
          }
        >
          {t('fetchKey')}
        </Button>
        {ask.refusal !== null && <ReasonNotice reason={ask.refusal} />}
      </div>
    )
  }
  return (
    <Box className="p-4 flex flex-col gap-3">
      <p className="font-[560]">{t('hostKeyTitle')}</p>
      <ul className="flex flex-col gap-1">
        {keys.map((key) => (
          <li key={key.fingerprint} className="sw-mono wrap-anywhere">
            {key.type} {key.fingerprint}
          </li>
        ))}
      </ul>
      <p className="text-text-2">{t('hostKeyText')}</p>
      <CodeBlock code="for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done" wrap />
      <p className="text-text-2">{t('hostKeyCompare')}</p>
      <Checkbox
        strong
        label={t('hostKeyPin')}
        checked={pinned.length > 0}
        onChange={(event) =>
          set({ knownHosts: event.target.checked ? keys.map((key) => key.knownHostsLine).join('\n') : '' })
        }
      />
    </Box>
  )
}
