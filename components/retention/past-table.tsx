'use client'
import { Pencil } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { IconButton } from '@/components/ui/button'
import { Bytes } from '@/components/ui/bytes'
import { useNow } from '@/components/ui/clock'
import { AgeAndLimit, Tag } from '@/components/ui/state-marks'
import type { PastSnapshot } from '@/lib/domain/retention'
import { elapsedMillis } from '@/lib/domain/units'
import { EnvironmentDialog } from './environment-dialog'

/** What is past its limit and not held, the furthest first. A row leads to its guest, where it can be deleted. */
export function PastTable({ past, maySet }: { past: readonly PastSnapshot[]; maySet: boolean }) {
  const t = useTranslations('retention')
  const now = useNow()
  const [changing, setChanging] = useState<PastSnapshot | null>(null)
  return (
    <>
      <table className="sw-table sw-past" aria-label={t('listTitle')}>
        <thead>
          <tr>
            <th scope="col" className="w-50 max-lg:w-40 max-md:w-[40%]">
              {t('columns.guest')}
            </th>
            <th scope="col">{t('columns.snapshot')}</th>
            <th scope="col" className="w-34 max-md:hidden">
              {t('columns.environment')}
            </th>
            <th scope="col" className="w-34 max-lg:hidden">
              {t('columns.owner')}
            </th>
            <th scope="col" className="w-34 max-md:w-28">
              {t('columns.age')}
            </th>
            <th scope="col" className="w-26 sw-number max-md:hidden">
              {t('columns.held')}
            </th>
            {maySet && (
              <th scope="col" className="w-16 sw-no-print max-md:hidden">
                <span className="sr-only">{t('set')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {past.map((row) => (
            <tr key={row.snapshotId}>
              <th scope="row">
                <Link href={`/guests/${row.guestId}`} className="sw-name" prefetch={false}>
                  {row.guestName}
                </Link>
              </th>
              <td className="which break-words">
                <Link href={`/guests/${row.guestId}?snapshot=${row.snapshotId}`} className="underline" prefetch={false}>
                  {row.name}
                </Link>
                {row.memory && <span className="text-text-3"> {t('withMemory')}</span>}
              </td>
              <td className="max-md:hidden">
                <Tag>{t(`environment.${row.environment}`)}</Tag>
                {!row.environmentSaid && <span className="sr-only"> {t('proposed')}</span>}
              </td>
              <td className="text-text-2 max-lg:hidden">{row.owner ?? t('noOwner')}</td>
              <td>
                <AgeAndLimit ageMillis={elapsedMillis(row.createdAt, now)} limitMillis={row.limitMillis} />
              </td>
              <td className="sw-number max-md:hidden">
                <Bytes value={row.size.bytes} confidence={row.size.confidence} cell />
              </td>
              {maySet && (
                <td className="sw-no-print max-md:hidden">
                  <IconButton
                    icon={Pencil}
                    label={t('setFor', { name: row.guestName })}
                    onClick={() => setChanging(row)}
                  />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <EnvironmentDialog guest={changing} onClose={() => setChanging(null)} />
    </>
  )
}

/** Past their limit and protected: with who and why, so that the protection is looked at, too. */
export function HeldTable({ held }: { held: readonly PastSnapshot[] }) {
  const t = useTranslations('retention')
  return (
    <table className="sw-table" aria-label={t('heldTitle')}>
      <thead>
        <tr>
          <th scope="col" className="w-50">
            {t('columns.guest')}
          </th>
          <th scope="col">{t('columns.snapshot')}</th>
          <th scope="col" className="w-34 max-md:hidden">
            {t('columns.owner')}
          </th>
          <th scope="col" className="max-md:hidden">
            {t('columns.why')}
          </th>
          <th scope="col" className="w-26 sw-number">
            {t('columns.held')}
          </th>
        </tr>
      </thead>
      <tbody>
        {held.map((row) => (
          <tr key={row.snapshotId}>
            <th scope="row">
              <Link href={`/guests/${row.guestId}`} className="sw-name" prefetch={false}>
                {row.guestName}
              </Link>
            </th>
            <td className="break-words">{row.name}</td>
            <td className="text-text-2 max-md:hidden">{row.owner ?? row.held?.by}</td>
            <td className="text-text-2 max-md:hidden break-words">{row.held?.note}</td>
            <td className="sw-number">
              <Bytes value={row.size.bytes} confidence={row.size.confidence} cell />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
