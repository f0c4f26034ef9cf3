'use client'
/** The snapshots tab: notices, the tree, what the snapshots hold, and the details of the chosen one (`?snapshot=`). */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Camera } from 'lucide-react'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useCallback, useMemo } from 'react'
import {
  ChainNotice,
  FindingNotices,
  RefusedNotice,
  StaleGuestNotice,
  UnreadNotice,
} from '@/components/inventory/guest-notices'
import { useNow } from '@/components/ui/clock'
import { useShortcut } from '@/components/ui/keyboard'
import { EmptyState } from '@/components/ui/states'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { buildTree } from '@/lib/engine/chain/tree'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { HeldStrip } from './held-strip'
import { LostHolds } from './lost-holds'
import { SnapshotDetails } from './snapshot-details'
import { SnapshotTree } from './snapshot-tree'

export function GuestSnapshots({ guestId }: { guestId: string }) {
  const { data: guest } = useSuspenseQuery(q.guest(guestId))
  const limitMillis = useQuery(q.environment(guestId)).data?.limitMillis ?? null
  const selectedId = useSearchParams().get('snapshot')
  const router = useRouter()
  const path = usePathname()
  const select = useCallback(
    (id: string | null) => {
      router.replace(id === null ? path : `${path}?snapshot=${encodeURIComponent(id)}`, { scroll: false })
    },
    [router, path],
  )
  const selectSnapshot = useCallback((snapshot: SnapshotView | null) => select(snapshot?.id ?? null), [select])
  useShortcut('Escape', () => select(null), { enabled: selectedId !== null })

  const currentParent = guest.snapshots.find((snapshot) => snapshot.id === guest.currentParentId)?.nativeId ?? null
  const live = useMemo(
    () => new Set(buildTree(guest.snapshots, currentParent).liveChain),
    [guest.snapshots, currentParent],
  )
  const selected = guest.snapshots.find((snapshot) => snapshot.id === selectedId)
  return (
    <div className={selected === undefined ? 'sw-split sw-split-single' : 'sw-split'}>
      <div className="main" data-scroll>
        <div className="flex flex-col gap-2 px-6 max-md:px-4 py-3 empty:hidden">
          <StaleGuestNotice guest={guest} />
          <RefusedNotice guest={guest} />
          {!guest.stale && <UnreadNotice section="snapshots" freshness={guest.snapshotsFreshness} />}
          <LostHolds guestId={guest.id} />
          <ChainNotice guest={guest} />
          <FindingNotices findings={guest.findings} />
        </div>
        {guest.snapshots.length === 0 ? (
          <NoSnapshots guest={guest} />
        ) : (
          <>
            <SnapshotTree
              guest={guest}
              currentParent={currentParent}
              limitMillis={limitMillis}
              selectedId={selectedId}
              onSelect={selectSnapshot}
            />
            <HeldStrip guest={guest} />
          </>
        )}
      </div>
      {selected !== undefined && (
        <SnapshotDetails
          guest={guest}
          snapshot={selected}
          live={live.has(selected.nativeId)}
          limitMillis={limitMillis}
          onSelect={select}
          onClose={() => select(null)}
        />
      )}
    </div>
  )
}

/** None, said only when the hypervisor was asked and listed none; otherwise: not known. */
function NoSnapshots({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('guest.empty')
  const format = useFormat()
  const now = useNow()
  const at = guest.snapshotsFreshness.at
  if (at === null) return <EmptyState icon={Camera} title={t('unreadTitle', { name: guest.name })} />
  return (
    <EmptyState icon={Camera} title={t('title', { name: guest.name })}>
      {t('text', { time: format.date(at, 'moment', now) })}
    </EmptyState>
  )
}
