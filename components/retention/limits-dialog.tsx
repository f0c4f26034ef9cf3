'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type FormEvent, useId } from 'react'
import { setLimits } from '@/app/actions/environment'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/overlays'
import { TextField } from '@/components/ui/text-field'
import { ENVIRONMENTS, type EnvironmentLimits } from '@/lib/domain/environment'
import { HOUR } from '@/lib/domain/units'

/** The age limits of all environments, in hours as people say them. */
export function LimitsDialog({
  open,
  onClose,
  limits,
}: {
  open: boolean
  onClose: () => void
  limits: EnvironmentLimits
}) {
  const t = useTranslations('retention')
  const common = useTranslations('common.actions')
  const client = useQueryClient()
  const form = useId()
  const { run, busy, refusal, clear } = useAction(setLimits)
  const close = () => {
    clear()
    onClose()
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const entries = new FormData(event.currentTarget)
    const millis = (name: string) => {
      const hours = String(entries.get(name) ?? '').trim()
      return hours === '' ? null : Math.round(Number(hours) * HOUR)
    }
    const chosen = {
      production: millis('production'),
      test: millis('test'),
      development: millis('development'),
      unknown: millis('unknown'),
    }
    run(chosen, () => {
      void client.invalidateQueries({ queryKey: ['retention'] })
      close()
    })
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      title={t('form.limitsTitle')}
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
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-text-2">{t('form.limitsText')}</p>
        {ENVIRONMENTS.map((environment) => {
          const { ageLimitMillis } = limits[environment]
          return (
            <TextField
              key={environment}
              name={environment}
              type="number"
              inputMode="numeric"
              min={1}
              step={1}
              label={t(`environment.${environment}`)}
              defaultValue={ageLimitMillis === null ? '' : String(ageLimitMillis / HOUR)}
            />
          )
        })}
        {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
      </form>
    </Dialog>
  )
}
