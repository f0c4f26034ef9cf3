'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type FormEvent, useId } from 'react'
import { setEnvironment } from '@/app/actions/environment'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Select } from '@/components/ui/choice'
import { Dialog } from '@/components/ui/overlays'
import { TextField } from '@/components/ui/text-field'
import { ENVIRONMENTS } from '@/lib/domain/environment'
import { q } from '@/lib/web/queries'

/** What a guest is for and whose it is. Null closes it. */
export function EnvironmentDialog({
  guest,
  onClose,
}: {
  guest: { guestId: string; guestName: string } | null
  onClose: () => void
}) {
  const t = useTranslations('retention')
  const common = useTranslations('common.actions')
  const client = useQueryClient()
  const form = useId()
  const { run, busy, refusal, clear } = useAction(setEnvironment)
  const { data } = useQuery({ ...q.environment(guest?.guestId ?? ''), enabled: guest !== null })
  const close = () => {
    clear()
    onClose()
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (guest === null) return
    const entries = new FormData(event.currentTarget)
    const environment = ENVIRONMENTS.find((each) => each === entries.get('environment')) ?? null
    const owner = String(entries.get('owner') ?? '').trim()
    run({ guestIds: [guest.guestId], environment, owner: owner === '' ? null : owner }, () => {
      void client.invalidateQueries({ queryKey: ['retention'] })
      void client.invalidateQueries({ queryKey: ['environment'] })
      close()
    })
  }
  return (
    <Dialog
      open={guest !== null}
      onClose={close}
      title={t('form.title', { name: guest?.guestName ?? '' })}
      dismissable={false}
      footer={
        <>
          <Button onClick={close}>{common('cancel')}</Button>
          <Button type="submit" form={form} variant="primary" busy={busy}>
            {t('form.save')}
          </Button>
        </>
      }
    >
      {data !== undefined && (
        <form id={form} onSubmit={submit} className="flex flex-col gap-4">
          <Select
            name="environment"
            label={t('form.environment')}
            defaultValue={data.said ? data.environment : ''}
            options={[
              ['', t('form.propose', { environment: t(`environment.${data.proposed}`) })],
              ...ENVIRONMENTS.filter((each) => each !== 'unknown').map(
                (each) => [each, t(`environment.${each}`)] as const,
              ),
            ]}
          />
          <TextField
            name="owner"
            label={t('form.owner')}
            hint={t('form.ownerHint')}
            defaultValue={data.owner ?? ''}
            maxLength={120}
            autoComplete="off"
          />
          {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
        </form>
      )}
    </Dialog>
  )
}
