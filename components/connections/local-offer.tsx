'use client'
/** libvirt on this machine, added in one click; and the demo fleet, labelled as what it is. */
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { addConnection } from '@/app/actions/connections'
import { addDemo } from '@/app/actions/demo'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Box } from '@/components/ui/page'
import type { LocalSocket } from '@/lib/domain/view'
import { q } from '@/lib/web/queries'

type Props = { onAdded: () => void }

export function LocalOffers({ onAdded }: Props) {
  const { data } = useQuery(q.localSockets())
  const open = (data ?? []).filter((socket) => !socket.added)
  return open.map((socket) => <LocalOffer key={socket.uri} socket={socket} onAdded={onAdded} />)
}

function LocalOffer({ socket, onAdded }: Props & { socket: LocalSocket }) {
  const t = useTranslations('connections.local')
  const { run, busy, refusal } = useAction(addConnection)
  return (
    <Box className="p-4 flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="flex-1 min-w-60">
          <p className="font-[560]">{t('title')}</p>
          <p className="text-text-2 wrap-anywhere">
            {t(socket.readable ? 'text' : 'unreadable', { path: socket.path })}
          </p>
        </div>
        {socket.readable && (
          <Button
            variant="primary"
            busy={busy}
            onClick={() =>
              run(
                {
                  kind: 'libvirt',
                  name: t(socket.scope === 'system' ? 'name' : 'session'),
                  uri: socket.uri,
                  mode: 'observe',
                },
                onAdded,
              )
            }
          >
            {t('add')}
          </Button>
        )}
      </div>
      {refusal !== null && <ReasonNotice reason={refusal} />}
    </Box>
  )
}

export function DemoOffer({ title, text, onAdded }: Props & { title: string; text: string }) {
  const t = useTranslations('connections.demoFleet')
  const { run, busy, refusal } = useAction(addDemo)
  return (
    <Box className="p-4 flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="flex-1 min-w-60">
          <p className="font-[560]">{title}</p>
          <p className="text-text-2">{text}</p>
        </div>
        <Button busy={busy} onClick={() => run({}, onAdded)}>
          {t('add')}
        </Button>
      </div>
      {refusal !== null && <ReasonNotice reason={refusal} />}
    </Box>
  )
}
