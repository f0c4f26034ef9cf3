'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { setLimits } from '@/app/actions/environment'
import { useAction } from '@/components/auth/use-action'
import { FormDialog } from '@/components/inventory/form-dialog'
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
  const client = useQueryClient()
  const { run, busy, refusal, clear } = useAction(setLimits)
  const close = () => {
    clear()
    onClose()
  }
  function submit(entries: FormData) {
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
    <FormDialog
      open={open}
      onClose={close}
      title={t('form.limitsTitle')}
      submit={t('form.save')}
      busy={busy}
      refusal={refusal}
      onSubmit={submit}
    >
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
    </FormDialog>
  )
}
