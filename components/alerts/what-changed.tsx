'use client'
/** Who made the storage grow, and what else there is to do. */
import { useQuery } from '@tanstack/react-query'
import { ArrowRight, FileSearch, Layers, Maximize2 } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { Icon } from '@/components/ui/icon'
import type { AlertDetail } from '@/lib/domain/alert-view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

/** The usual suspects; the storage's page names everybody. */
const SHOWN = 3

export function WhatChanged({ storageId }: { storageId: string }) {
  const t = useTranslations('inbox.changed')
  const format = useFormat()
  const now = useNow()
  const { data: space } = useQuery(q.storageSpace(storageId))
  if (space === undefined) return null
  const since = space.growthSince === null ? null : format.date(space.growthSince, 'moment', now)
  const grew = space.guests
    .flatMap((guest) => {
      const { bytes, confidence } = guest.growth
      return bytes === null || bytes <= 0 ? [] : [{ ...guest, bytes, atMost: confidence === 'at-most' }]
    })
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, SHOWN)
  return (
    <section>
      <h3>{t('heading')}</h3>
      {since === null ? (
        <p className="text">{t('unknown')}</p>
      ) : grew.length === 0 ? (
        <p className="text">{t('none', { date: since })}</p>
      ) : (
        <>
          <ul className="lines">
            {grew.map(({ guestId, name, bytes, atMost }) => {
              const text = t(atMost ? 'atMost' : 'grew', { name, bytes: format.bytes(bytes) })
              return <li key={name}>{guestId === null ? text : <Link href={`/guests/${guestId}`}>{text}</Link>}</li>
            })}
          </ul>
          <p className="note">{t('since', { date: since })}</p>
        </>
      )}
    </section>
  )
}

export function Further({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox.further')
  const noRoom = alert.reclaim?.leftOut.some(({ because }) => because === 'no-room') ?? false
  return (
    <section>
      <h3>{t('heading')}</h3>
      <ul className="lines">
        {noRoom && (
          <li>
            <Icon icon={Layers} />
            <span className="grow">{t('merge')}</span>
          </li>
        )}
        <li>
          <Icon icon={ArrowRight} />
          <Link href={`/storage/${alert.subject.id}`}>{t('space')}</Link>
        </li>
        <li>
          <Icon icon={FileSearch} />
          <Link href={`/storage/${alert.subject.id}#contents`}>{t('orphans')}</Link>
        </li>
        <li>
          <Icon icon={Maximize2} />
          <span className="grow">{t('extend')}</span>
          <span className="end">{t('extendNote')}</span>
        </li>
      </ul>
    </section>
  )
}
