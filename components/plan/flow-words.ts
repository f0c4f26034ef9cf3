'use client'
/** Title, headline and button of a flow, from what its plan asks for. */
import { Camera, Combine, type LucideIcon, Trash2, Undo2, Wrench } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import type { Intent, Plan, SingleIntent } from '@/lib/domain/plan'
import { elapsedMillis } from '@/lib/domain/units'
import type { GuestDetail } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { deletedCount } from './plan-facts'

export const INTENT_ICONS: Record<SingleIntent['do'], LucideIcon> = {
  rollback: Undo2,
  take: Camera,
  delete: Trash2,
  merge: Combine,
  repair: Wrench,
}

/** What the intents of a plan have in common; a mixed batch is named by its first part. */
export const kindOf = (intent: Intent): SingleIntent['do'] =>
  intent.do === 'batch' ? (intent.intents[0]?.do ?? 'delete') : intent.do

const guestsIn = (intent: Intent): number => (intent.do === 'batch' ? intent.intents.length : 1)
const snapshotsIn = (intent: Intent): number =>
  (intent.do === 'batch' ? intent.intents : [intent]).reduce(
    (sum, each) => sum + (each.do === 'delete' ? each.snapshotIds.length : 0),
    0,
  )

export type FlowWords = {
  title: (intent: Intent) => string
  headline: (plan: Plan) => string
  primary: (plan: Plan) => string
}

/** `guests` are the ones the page knows; names and ages come from them. */
export function useFlowWords(guests: readonly GuestDetail[]): FlowWords {
  const t = useTranslations('plan')
  const format = useFormat()
  const now = useNow()
  const [only] = guests
  const title = (intent: Intent): string => {
    const kind = kindOf(intent)
    const guest = only?.name ?? ''
    const count = guestsIn(intent)
    const many = count > 1 || only === undefined
    if (kind === 'delete' && snapshotsIn(intent) === 0)
      return guests.length > 1 ? t('title.deleteAmong', { guests: guests.length }) : t('title.deleteOf', { guest })
    if (kind === 'delete')
      return many
        ? t('title.deleteMany', { count: snapshotsIn(intent), guests: count })
        : t('title.delete', { count: snapshotsIn(intent), guest })
    if (kind === 'rollback') return many ? t('title.rollbackMany', { count }) : t('title.rollback', { guest })
    if (kind === 'take') return many ? t('title.takeMany', { count }) : t('title.take', { guest })
    return t(`title.${kind}`, { guest })
  }
  const headline = (plan: Plan): string => {
    const kind = kindOf(plan.intent)
    const [part] = plan.parts
    const guest = part?.guestName ?? ''
    const count = plan.parts.length
    switch (kind) {
      case 'rollback':
        return count > 1 ? t('head.backMany', { count }) : rollbackHead(plan, guest)
      case 'take':
        return count > 1 ? t('head.takeMany', { count }) : t('head.take', { guest })
      case 'delete': {
        const names = plan.losses.filter((loss) => loss.kind === 'way-back').map((loss) => loss.name)
        return names.length > 0 && names.length <= NAMED
          ? t('head.delete', { names: format.list(names) })
          : t('head.deleteMany', { count: Math.max(names.length, deletedCount(plan)) })
      }
      case 'merge':
        return t('head.merge', { guest })
      case 'repair':
        return t('head.repair', { guest, count: plan.steps.length })
    }
  }
  const rollbackHead = (plan: Plan, guest: string): string => {
    const asked = plan.intent.do === 'batch' ? plan.intent.intents[0] : plan.intent
    const snapshot =
      asked?.do === 'rollback'
        ? guests.flatMap((each) => each.snapshots).find(({ id }) => id === asked.snapshotId)
        : undefined
    if (snapshot === undefined || snapshot.createdAt === null)
      return t('head.backUnknown', { guest, snapshot: snapshot?.name ?? '' })
    return t('head.back', {
      guest,
      age: format.duration(Math.max(0, elapsedMillis(snapshot.createdAt, now))),
      time: format.date(snapshot.createdAt, 'moment', now),
    })
  }
  const primary = (plan: Plan): string => {
    const kind = kindOf(plan.intent)
    const guest = plan.parts[0]?.guestName ?? ''
    const count = plan.parts.length
    if (kind === 'rollback') return count > 1 ? t('primary.rollbackMany', { count }) : t('primary.rollback', { guest })
    if (kind === 'take') return count > 1 ? t('primary.takeMany', { count }) : t('primary.take')
    if (kind === 'delete') return t('primary.delete', { count: deletedCount(plan) })
    return t(`primary.${kind}`)
  }
  return { title, headline, primary }
}

/** Names one reads in a headline; more are counted. */
const NAMED = 3
