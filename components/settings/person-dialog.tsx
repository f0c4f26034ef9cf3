'use client'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { Dialog } from '@/components/ui/overlays'
import type { Reason } from '@/lib/domain/reason'
import type { UserRow } from '@/lib/domain/view'

/** What every dialog about one person is told. `user` is null while it is closed; `self`: the person is oneself. */
export type PersonDialogProps = { user: UserRow | null; self: boolean; onClose: () => void; onDone: () => void }

/** A question about one person: its words, its refusal, and one button that does it. */
export function PersonDialog({
  open,
  onClose,
  title,
  submit,
  danger = false,
  busy,
  refusal,
  note,
  form,
  onSubmit,
  children,
}: {
  open: boolean
  onClose: () => void
  title: string
  submit: string
  danger?: boolean
  busy: boolean
  refusal: Reason | null
  /** what follows when the person is oneself */
  note: string | null
  /** id of the form the button belongs to; without one, `onSubmit` */
  form?: string
  onSubmit?: () => void
  children: ReactNode
}) {
  const common = useTranslations('common.actions')
  const button = form === undefined ? { onClick: onSubmit } : { type: 'submit' as const, form }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      size={danger ? 'sm' : 'md'}
      role={danger ? 'alertdialog' : 'dialog'}
      dismissable={danger}
      footer={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button variant={danger ? 'danger' : 'primary'} busy={busy} {...button}>
            {submit}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {children}
        {note !== null && <Notice tone="warning">{note}</Notice>}
        {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
      </div>
    </Dialog>
  )
}
