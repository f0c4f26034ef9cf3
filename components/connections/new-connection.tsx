'use client'
/** Adding a connection: what is on this machine, what is reached from here, or the demo fleet. */
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { addConnection } from '@/app/actions/connections'
import { useAction } from '@/components/auth/use-action'
import { ConnectionForm } from './connection-form'
import { accessOf, EMPTY_DRAFT } from './draft'
import { DemoOffer, LocalOffers } from './local-offer'

type Props = {
  /** title and lead, the page's own */
  children: ReactNode
  /** what the footer says and offers beside the form's buttons */
  note: ReactNode
  back: ReactNode
  demo: { title: string; text: string } | null
  onAdded: (id: string | null) => void
  setup?: boolean
}

export function NewConnection({ children, note, back, demo, onAdded, setup = false }: Props) {
  const t = useTranslations('connections.form')
  const { run, busy, refusal } = useAction(addConnection)
  return (
    <ConnectionForm
      first={EMPTY_DRAFT}
      submitLabel={t('save')}
      refusal={refusal}
      busy={busy}
      withMode
      onSubmit={(draft) =>
        run({ name: draft.name.trim(), mode: draft.mode, ...accessOf(draft) }, ({ id }) => onAdded(id))
      }
      frame={(form, buttons) => (
        <>
          <div className={setup ? 'sw-setup-body' : 'flex-1 min-h-0 overflow-auto'} data-scroll>
            {children}
            <div
              className={
                setup ? 'flex flex-col gap-5 mt-6 max-w-180' : 'flex flex-col gap-5 px-6 max-md:px-4 pb-6 max-w-200'
              }
            >
              <LocalOffers onAdded={() => onAdded(null)} />
              {form}
              {demo !== null && <DemoOffer {...demo} onAdded={() => onAdded(null)} />}
            </div>
          </div>
          <div className="sw-foot">
            <span className="flex-1 min-w-0 text-text-2">{note}</span>
            {back}
            {buttons}
          </div>
        </>
      )}
    />
  )
}
