'use client'
/** A form in a dialog: its fields, its refusal below them, and one button that sends it. */
import { useTranslations } from 'next-intl'
import { type ReactNode, type RefObject, useId } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/overlays'
import type { Reason } from '@/lib/domain/reason'
import { ReasonNotice } from './reason-notice'

type Props = {
  open: boolean
  onClose: () => void
  title: string
  size?: 'md' | 'lg'
  /** the button that sends it, as the verb it does */
  submit: string
  busy: boolean
  /** shown below the fields; what a field itself explains is left out by the caller */
  refusal: Reason | null
  onSubmit: (entries: FormData) => void
  /** for what is asked of the entries before they are sent */
  form?: RefObject<HTMLFormElement | null>
  children: ReactNode
}

/** A press outside does not close it: something may have been typed. */
export function FormDialog({
  open,
  onClose,
  title,
  size = 'md',
  submit,
  busy,
  refusal,
  onSubmit,
  form,
  children,
}: Props) {
  const common = useTranslations('common.actions')
  const id = useId()
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      size={size}
      dismissable={false}
      footer={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" form={id} variant="primary" busy={busy}>
            {submit}
          </Button>
        </>
      }
    >
      <form
        id={id}
        ref={form}
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit(new FormData(event.currentTarget))
        }}
        className="flex flex-col gap-4"
      >
        {children}
        {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
      </form>
    </Dialog>
  )
}
