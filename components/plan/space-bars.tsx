'use client'
/**
 * A storage now, at the worst moment and afterwards. Drawn with the upper bound of what is needed and the lower bound
 * of what is freed, so that the picture is never rosier than the truth; hatched = only for a while, dashed = freed.
 */
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { Meter, usageSeverity } from '@/components/ui/meter'
import { Notice } from '@/components/ui/notice'
import { SectionHeader } from '@/components/ui/page'
import type { SpaceEffect } from '@/lib/domain/plan'
import type { StorageRow } from '@/lib/domain/view'
import { rangeText } from '@/lib/i18n/consequences'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { latest } from './plan-facts'
import { type SpacePicture, spacePicture } from './space-picture'

/** Bars of every storage the plan touches; a storage whose capacity is not known says so. */
export function SpaceBars({ space, merges }: { space: readonly SpaceEffect[]; merges: boolean }) {
  const { data: storages } = useQuery(q.storages())
  return (
    <>
      {space.map((effect) => (
        <StorageSpace
          key={effect.storageId}
          effect={effect}
          merges={merges}
          storage={storages?.find((storage) => storage.id === effect.storageId) ?? null}
        />
      ))}
    </>
  )
}

/** One bar for the side panel: the share now and afterwards. Nothing where the storage's figures are not known. */
export function NowAndAfter({ effect }: { effect: SpaceEffect }) {
  const t = useTranslations('plan.space')
  const format = useFormat()
  const { data: storages } = useQuery(q.storages())
  const storage = storages?.find((each) => each.id === effect.storageId)
  const picture = storage === undefined ? null : spacePicture(effect, storage)
  if (storage === undefined || picture === null) return null
  return (
    <li className="mt-2.5">
      <Meter
        used={Math.round(picture.settled * picture.capacity)}
        capacity={picture.capacity}
        held={storage.snapshotBytes}
      />
      <div className="mt-1.5 flex justify-between text-12 text-text-2 num">
        <span>{t('nowShare', { share: format.percent(picture.now) })}</span>
        <span>{t('afterShare', { share: format.percent(picture.settled) })}</span>
      </div>
    </li>
  )
}

const TICKS = [80, 90, 95] as const

function StorageSpace(props: { effect: SpaceEffect; storage: StorageRow | null; merges: boolean }) {
  const { effect, storage, merges } = props
  const t = useTranslations('plan.space')
  const plan = useTranslations('plan')
  const format = useFormat()
  const now = useNow()
  const picture = storage === null ? null : spacePicture(effect, storage)
  const note =
    storage === null || storage.capacityBytes === null
      ? t('unknownCapacity')
      : t('predicted', {
          capacity: format.bytes(storage.capacityBytes),
          ago: format.ago(storage.collectedAt, latest(storage.collectedAt, now)),
        })
  return (
    <section>
      <SectionHeader title={t('heading', { storage: effect.storageName })} note={note} />
      {picture !== null && (
        <div className="max-w-[760px]">
          {(['now', 'peak', 'after'] as const).map((row) => (
            <SpaceRow key={row} row={row} picture={picture} />
          ))}
          <div className="sw-space-row sw-space-ticks" aria-hidden="true">
            <span className="scale num">
              {TICKS.map((tick) => (
                <span key={tick} data-tick={tick} style={{ left: `${tick}%` }}>
                  {format.number(tick)}
                </span>
              ))}
            </span>
          </div>
        </div>
      )}
      {effect.peak.max === null && effect.peak.min === 0 ? (
        <Notice tone="stale" className="mt-2 max-w-[760px]" title={t('peakUnknown')} />
      ) : (
        picture !== null &&
        usageSeverity(picture.peak) !== 'ok' &&
        effect.peak.max !== 0 && (
          <Notice
            tone="warning"
            className="mt-2 max-w-[760px]"
            title={t('peakTitle', { size: rangeText(effect.peak, { t: plan, format }) })}
          >
            {t('peakText', { storage: effect.storageName, share: format.percent(picture.peak) })}{' '}
            {merges && t('peakOneByOne')}
          </Notice>
        )
      )}
    </section>
  )
}

function SpaceRow({ row, picture }: { row: 'now' | 'peak' | 'after'; picture: SpacePicture }) {
  const t = useTranslations('plan.space')
  const format = useFormat()
  const share = picture[row]
  const severity = usageSeverity(share)
  const free = format.bytes(Math.max(0, picture.capacity * (1 - share)))
  const label =
    row === 'peak'
      ? t('barPeak', { share: format.percent(share), temporary: format.percent(picture.peak - picture.now) })
      : row === 'after'
        ? t('barAfter', { share: format.percent(share), freed: format.percent(picture.now - picture.after) })
        : t('bar', { row: t('now'), share: format.percent(share), free })
  const held = row === 'after' ? Math.max(0, picture.held - (picture.now - picture.after)) : picture.held
  const percent = (value: number) => `${Math.min(100, value * 100)}%`
  const base = row === 'peak' ? picture.now : share
  return (
    <div className="sw-space-row">
      <span className="font-strong">{t(row)}</span>
      <div
        role="img"
        aria-label={label}
        className={`sw-meter sw-meter-lg${severity === 'ok' ? '' : ` sw-meter-${severity}`}`}
      >
        <span className="data" style={{ width: percent(base) }} />
        {held > 0 && <span className="held" style={{ left: percent(base - held), width: percent(held) }} />}
        {row === 'peak' && picture.peak > picture.now && (
          <span
            className="temporary"
            style={{ left: percent(picture.now), width: percent(Math.min(1, picture.peak) - picture.now) }}
          />
        )}
        {row === 'after' && picture.now > picture.after && (
          <span
            className="freed"
            style={{ left: percent(picture.after), width: percent(picture.now - picture.after) }}
          />
        )}
        {TICKS.map((tick) => (
          <i key={tick} style={{ left: `${tick}%` }} />
        ))}
      </div>
      <span className={`share${severity === 'ok' || severity === 'warning' ? '' : ` sw-text-${severity}`}`}>
        {format.percent(share, 'cell')}
      </span>
      <span className="free">{t('free', { size: free })}</span>
    </div>
  )
}
