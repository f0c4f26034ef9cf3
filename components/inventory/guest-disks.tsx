'use client'
/** The disks tab: each disk with its chain, active image first, and what explains every image. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { HardDrive } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Breakable } from '@/components/ui/breakable'
import { Bytes } from '@/components/ui/bytes'
import { ScrollPane, SectionHeader } from '@/components/ui/page'
import { Tag } from '@/components/ui/state-marks'
import { EmptyState } from '@/components/ui/states'
import type { ChainImage, Disk } from '@/lib/domain/snapshot'
import { q } from '@/lib/web/queries'
import { RefusedNotice, StaleGuestNotice, UnreadNotice } from './guest-notices'
import { ReasonNotice } from './reason-notice'

export function GuestDisks({ guestId }: { guestId: string }) {
  const t = useTranslations('guest.disks')
  const { data: guest } = useSuspenseQuery(q.guest(guestId))
  return (
    <ScrollPane>
      <div className="flex flex-col gap-2 px-6 max-md:px-4 py-3 empty:hidden">
        <StaleGuestNotice guest={guest} />
        <RefusedNotice guest={guest} />
        {!guest.stale && <UnreadNotice section="disks" freshness={guest.disksFreshness} />}
      </div>
      {guest.disks?.length === 0 && <EmptyState icon={HardDrive} title={t('none', { name: guest.name })} />}
      {guest.disks?.map((disk) => (
        <DiskSection key={disk.target} disk={disk} />
      ))}
    </ScrollPane>
  )
}

function DiskSection({ disk }: { disk: Disk }) {
  const t = useTranslations('guest.disks')
  const common = useTranslations('common')
  return (
    <section className="px-6 max-md:px-4 pt-2 pb-4" aria-label={`${t('target')} ${disk.target}`}>
      <SectionHeader
        title={disk.target}
        note={
          <span className="inline-flex flex-wrap gap-x-3 items-center">
            <span>{disk.device}</span>
            <span>{disk.format}</span>
            <span>
              {t('virtual')} <Bytes value={disk.virtualBytes} />
            </span>
            {disk.readOnly && <Tag>{t('readOnly')}</Tag>}
            {disk.shareable && <Tag>{t('shareable')}</Tag>}
          </span>
        }
        end={disk.chain === null ? common('notKnown') : t('layers', { count: disk.chain.length })}
      />
      {disk.chain !== null && <ChainTable chain={disk.chain} disk={disk} />}
      {disk.chain === null &&
        (disk.chainUnread === undefined ? (
          <p className="text-text-2">{t('chainUnknown')}</p>
        ) : (
          <ReasonNotice reason={disk.chainUnread} />
        ))}
    </section>
  )
}

function ChainTable({ chain, disk }: { chain: ChainImage[]; disk: Disk }) {
  const t = useTranslations('guest.disks')
  return (
    <table
      className="sw-table sw-table-flush sw-table-static sw-file-table"
      aria-label={`${t('image')} ${disk.target}`}
    >
      <thead>
        <tr>
          <th scope="col">{t('image')}</th>
          <th scope="col" className="w-[42%] max-md:hidden">
            {t('role')}
          </th>
          <th scope="col" className="w-20 max-md:hidden">
            {t('format')}
          </th>
          <th scope="col" className="w-26 sw-number">
            {t('onDisk')}
          </th>
        </tr>
      </thead>
      <tbody>
        {chain.map((image, index) => (
          <tr key={image.file}>
            <th scope="row">
              <span className="sw-mono">
                <Breakable text={image.file} />
              </span>
              <span className="md:hidden block text-12">
                <ImageRole image={image} index={index} last={chain.length - 1} />
              </span>
            </th>
            <td className="max-md:hidden">
              <ImageRole image={image} index={index} last={chain.length - 1} />
            </td>
            <td className="text-text-2 max-md:hidden">{image.format || disk.format}</td>
            <td className="sw-number">
              <Bytes value={image.allocatedBytes} cell />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function ImageRole({ image, index, last }: { image: ChainImage; index: number; last: number }) {
  const t = useTranslations('guest.disks')
  const place = index === 0 ? t('active') : index === last ? t('base') : t('overlay')
  const origin = image.unexplained
    ? t('unexplained')
    : image.madeBySnapshot === null
      ? null
      : t('madeBy', { snapshot: image.madeBySnapshot })
  return (
    <span title={origin ?? undefined}>
      {place}
      {origin !== null && <span className={image.unexplained ? 'sw-text-warning' : 'text-text-3'}>, {origin}</span>}
    </span>
  )
}
