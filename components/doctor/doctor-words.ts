'use client'
/** Findings and repairs in words. Exhaustive: a new one does not compile until it has its sentence. */
import { useTranslations } from 'next-intl'
import { unreachable } from '@/lib/domain/result'
import type { Diagnosis, Remedy } from '@/lib/engine/doctor/diagnose'
import { fileName } from '@/lib/i18n/commands'
import { useFormat } from '@/lib/i18n/use-format'

export function useDiagnosisText(): (what: Diagnosis['what']) => { title: string; means: string } {
  const t = useTranslations('flows.doctor.findings')
  const format = useFormat()
  return (what) => {
    switch (what.finding) {
      case 'overlay-unexplained':
        return {
          title: t('overlay-unexplained.title', { disk: what.disk }),
          means: t('overlay-unexplained.means', { file: what.file }),
        }
      case 'parent-missing':
        return {
          title: t('parent-missing.title', { snapshot: what.snapshot }),
          means: t('parent-missing.means', { parent: what.parent }),
        }
      case 'torn-snapshot':
        return {
          title: t('torn-snapshot.title', { snapshot: what.snapshot }),
          means: t('torn-snapshot.means', { disks: format.list(what.disks) }),
        }
      case 'shared-base':
        return {
          title: t('shared-base.title'),
          means: t('shared-base.means', { guests: format.list(what.otherGuests), file: fileName(what.file) }),
        }
      case 'duplicate-name':
        return { title: t('duplicate-name.title'), means: t('duplicate-name.means', { name: what.name }) }
      case 'clock-ahead':
        return { title: t('clock-ahead.title', { snapshot: what.snapshot }), means: t('clock-ahead.means') }
      case 'job-waiting':
        return { title: t('job-waiting.title', { disk: what.disk }), means: t('job-waiting.means') }
      case 'lock-left':
        return {
          title: t('locked.title', { lock: what.lock }),
          means: t(what.lock === 'rollback' ? 'locked.meansRollback' : 'locked.means'),
        }
      case 'snapshot-incomplete':
        return { title: t('incomplete.title', { name: what.snapshot }), means: t('incomplete.means') }
      case 'unmanaged':
        return { title: t('unmanaged.title', { name: what.snapshot }), means: t('unmanaged.means') }
      case 'managed-save':
      case 'mixed-chain':
      case 'nvram-not-captured':
      case 'tpm-only-with-memory':
        return { title: t(`${what.finding}.title`), means: t(`${what.finding}.means`) }
      default:
        return unreachable(what)
    }
  }
}

export function useRepairText(): (remedy: Remedy) => { title: string; text: string } {
  const t = useTranslations('flows.doctor.repairs')
  return (remedy) => {
    switch (remedy.remedy) {
      case 'merge':
        return { title: t('merge.title'), text: t('merge.text') }
      case 'delete':
        return { title: t('delete-whole.title', { name: remedy.name }), text: t('delete-whole.text') }
      case 'fork':
        return { title: t('fork.title', { name: remedy.name }), text: t('fork.text') }
      case 'repair':
        return repairText(remedy)
      default:
        return unreachable(remedy)
    }
  }

  function repairText({ repair, about }: Extract<Remedy, { remedy: 'repair' }>): { title: string; text: string } {
    switch (repair.fix) {
      case 'thaw':
      case 'unlock':
      case 'discard-saved-memory':
        return { title: t(`${repair.fix}.title`), text: t(`${repair.fix}.text`) }
      case 'finish-job':
        return { title: t(`${repair.end}.title`, { disk: repair.disk }), text: t(`${repair.end}.text`) }
      case 'remove-entry':
      case 'adopt':
        return { title: t(`${repair.fix}.title`, { name: about }), text: t(`${repair.fix}.text`) }
      case 'fork':
        return { title: t('fork.title', { name: about }), text: t('fork.text') }
      case 'delete-data':
        return {
          title: t('delete-data.title', { name: repair.name, disk: repair.disk }),
          text: t('delete-data.text'),
        }
      case 'delete-leftover':
        return { title: t('delete-leftover.title', { name: repair.volume }), text: t('delete-leftover.text') }
      case 'check-image':
        return { title: t('check-image.title', { disk: repair.disk }), text: t('check-image.text') }
      default:
        return unreachable(repair)
    }
  }
}
