'use client'
/** Whether a person may do something with a guest now, and if not, why: the words of the button that is off. */
import { useTranslations } from 'next-intl'
import { useReasonText } from '@/components/inventory/reason-notice'
import type { Feature, Support } from '@/lib/domain/capability'
import type { Permission } from '@/lib/domain/permission'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { useRoleWords } from './use-rights'

export type GuestActions = {
  take: string | null
  merge: string | null
  rollback: (snapshot: SnapshotView) => string | null
  remove: (snapshot: SnapshotView) => string | null
  hold: string | null
}

/** null = may; otherwise why not, in the order: data, person, hypervisor, snapshot. */
export function useGuestActions(guest: GuestDetail): GuestActions {
  const t = useTranslations('flows.action')
  const reasonText = useReasonText()
  const common = guest.stale ? t('stale', { connection: guest.connectionName }) : null
  const refusesAll = guest.changesRefused === null ? null : reasonText(guest.changesRefused)
  const missing: Record<
    'snapshot.take' | 'snapshot.rollback' | 'snapshot.delete' | 'snapshot.merge' | 'snapshot.hold',
    string | null
  > = {
    'snapshot.take': useRoleWords('snapshot.take'),
    'snapshot.rollback': useRoleWords('snapshot.rollback'),
    'snapshot.delete': useRoleWords('snapshot.delete'),
    'snapshot.merge': useRoleWords('snapshot.merge'),
    'snapshot.hold': useRoleWords('snapshot.hold'),
  }
  const may = (permission: keyof typeof missing & Permission): string | null =>
    common ?? missing[permission] ?? refusesAll
  /** Off only when no way of doing it is possible; the first way's reason is told. */
  const can = (...features: Feature[]): string | null => {
    const supports = features.map((feature): Support => guest.capabilities[feature])
    const [first] = supports
    if (supports.some((support) => support.ok) || first === undefined || first.ok) return null
    return reasonText(first.why)
  }
  const target = (snapshot: SnapshotView): string | null =>
    snapshot.unmanaged ? t('unmanaged') : snapshot.incomplete ? t('incomplete') : null
  return {
    take: may('snapshot.take') ?? can('snapshot.internal', 'snapshot.external'),
    merge: may('snapshot.merge') ?? can('chain.merge'),
    rollback: (snapshot) =>
      may('snapshot.rollback') ??
      target(snapshot) ??
      (snapshot.kind === 'external'
        ? can('rollback.external')
        : snapshot.kind === 'internal'
          ? can('rollback.internal')
          : can('rollback.internal', 'rollback.external')),
    remove: (snapshot) =>
      may('snapshot.delete') ??
      (snapshot.held ? t('held', { name: snapshot.name }) : null) ??
      (snapshot.unmanaged ? t('unmanaged') : null) ??
      can('snapshot.delete'),
    // A hold is ours: the hypervisor is not asked.
    hold: common ?? missing['snapshot.hold'],
  }
}
