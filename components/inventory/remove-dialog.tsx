'use client'
/** The question before something is gone for good: what goes, what that means, and one button that does it. */
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { useAction } from '@/components/auth/use-action'
import { useLast } from '@/components/settings/use-last'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/overlays'
import type { Reason } from '@/lib/domain/reason'
import { ReasonNotice } from './reason-notice'

type Answer = { ok: true; value: unknown } | { ok: false; why: Reason }

type Props<Thing extends { id: string }> = {
  /** what is asked about; null = nothing is */
  thing: Thing | null
  action: (input: { id: Thing['id'] }) => Promise<Answer>
  /** title, sentence and button, of this thing */
  words: (thing: Thing) => { title: string; text: ReactNode; submit: string }
  /** the button that leaves everything as it is, where it has a better name than *Cancel* */
  keep?: string
  onClose: () => void
  onRemoved: () => void
}

/** What was refused of one thing is not said of the next: it goes with the question. */
export function RemoveDialog<Thing extends { id: string }>({
  thing,
  action,
  words,
  keep,
  onClose,
  onRemoved,
}: Props<Thing>) {
  const common = useTranslations('common.actions')
  const { run, busy, refusal, clear } = useAction(action)
  const shown = useLast(thing)
  const { title, text, submit } = shown === null ? { title: '', text: '', submit: '' } : words(shown)
  const close = () => {
    clear()
    onClose()
  }
  return (
    <Dialog
      open={thing !== null}
      onClose={close}
      title={title}
      size="sm"
      role="alertdialog"
      footer={
        <>
          <Button onClick={close}>{keep ?? common('cancel')}</Button>
          <Button variant="danger" busy={busy} onClick={() => thing !== null && run({ id: thing.id }, onRemoved)}>
            {submit}
          </Button>
        </>
      }
    >
      <p>{text}</p>
      {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
    </Dialog>
  )
}
