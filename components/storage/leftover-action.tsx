'use client'
/** The way to be rid of a file that nothing refers to: a plan like any other, never a click that deletes. */
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { proposePlan } from '@/app/actions/plan'
import { useAction } from '@/components/auth/use-action'
import { useExplain } from '@/components/inventory/reason-notice'
import { useMissingRole } from '@/components/plan/use-rights'
import { Button } from '@/components/ui/button'
import type { StorageDetail, VolumeView } from '@/lib/domain/view'
import { leftoverOwner } from './leftover-owner'

export function LeftoverAction({ storage, volume }: { storage: StorageDetail; volume: VolumeView }) {
  const t = useTranslations('storage.contents')
  const roles = useTranslations('shell.role')
  const explain = useExplain()
  const router = useRouter()
  const propose = useAction(proposePlan)
  const missing = useMissingRole('guest.repair')
  const owner = leftoverOwner(volume.name, storage.volumes)
  // A plan is one guest's. What is named like none is removed by whoever knows what it is.
  if (owner === null) return <span className="text-12 text-text-3">{t('noOwner')}</span>
  const repair = { fix: 'delete-leftover', storageId: storage.id, volume: volume.name } as const
  return (
    <>
      <Button
        size="sm"
        busy={propose.busy}
        disabledReason={missing === null ? null : t('mayNot', { role: roles(missing) })}
        aria-label={t('planDeletionOf', { file: volume.name })}
        onClick={() =>
          propose.run({ intent: { do: 'repair', guestId: owner.id, repair } }, ({ planned }) =>
            router.push(`/plans/${planned.kind === 'plan' ? planned.plan.id : planned.id}`),
          )
        }
      >
        {t('planDeletion')}
      </Button>
      {propose.refusal !== null && (
        <span role="alert" className="block text-12 sw-text-critical">
          {explain(propose.refusal).title}
        </span>
      )}
    </>
  )
}
