'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { setEnvironment } from '@/app/actions/environment'
import { useAction } from '@/components/auth/use-action'
import { FormDialog } from '@/components/inventory/form-dialog'
import { Select } from '@/components/ui/choice'
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
  const client = useQueryClient()
  const { run, busy, refusal, clear } = useAction(setEnvironment)
  const { data } = useQuery({ ...q.environment(guest?.guestId ?? ''), enabled: guest !== null })
  const close = () => {
    clear()
    onClose()
  }
  function submit(entries: FormData) {
    // Before they are read the fields are not there: nothing is said of them.
    if (guest === null || data === undefined) return
    const environment = ENVIRONMENTS.find((each) => each === entries.get('environment')) ?? null
    const owner = String(entries.get('owner') ?? '').trim()
    run({ guestIds: [guest.guestId], environment, owner: owner === '' ? null : owner }, () => {
      void client.invalidateQueries({ queryKey: ['retention'] })
      void client.invalidateQueries({ queryKey: ['environment'] })
      close()
    })
  }
  return (
    <FormDialog
      open={guest !== null}
      onClose={close}
      title={t('form.title', { name: guest?.guestName ?? '' })}
      submit={t('form.save')}
      busy={busy}
      refusal={refusal}
      onSubmit={submit}
    >
      {data !== undefined && (
        <>
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
        </>
      )}
    </FormDialog>
  )
}
