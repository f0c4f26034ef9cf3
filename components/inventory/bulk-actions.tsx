'use client'
/** Take, roll back, delete for all selected guests: each opens its plan. */
import { Camera, Trash2, Undo2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useRoleWords } from '@/components/plan/use-rights'
import { Button } from '@/components/ui/button'
import { MAX_GUESTS_AT_ONCE } from './selection-limit'

export function BulkActions({ selected }: { selected: ReadonlySet<string> }) {
  const t = useTranslations('flows.bulk')
  const router = useRouter()
  const mayTake = useRoleWords('snapshot.take')
  const mayRollBack = useRoleWords('snapshot.rollback')
  const mayDelete = useRoleWords('snapshot.delete')
  const tooMany = selected.size > MAX_GUESTS_AT_ONCE ? t('tooMany', { max: String(MAX_GUESTS_AT_ONCE) }) : null
  const open = (page: 'take' | 'rollback' | 'delete') => () =>
    router.push(`/${page}?guests=${[...selected].map(encodeURIComponent).join(',')}`)
  return (
    <>
      <Button icon={Camera} disabledReason={mayTake ?? tooMany} onClick={open('take')}>
        {t('take')}
      </Button>
      <Button icon={Undo2} disabledReason={mayRollBack ?? tooMany} onClick={open('rollback')}>
        {t('rollback')}
      </Button>
      <Button icon={Trash2} disabledReason={mayDelete ?? tooMany} onClick={open('delete')}>
        {t('delete')}
      </Button>
    </>
  )
}
