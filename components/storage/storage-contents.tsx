'use client'
import Link from 'next/link'
/** The files of a storage: largest first, what each is for, whose it is; orphans can be shown alone. */
import { useTranslations } from 'next-intl'
import { useMemo, useState } from 'react'
import { Breakable } from '@/components/ui/breakable'
import { Button } from '@/components/ui/button'
import { Bytes } from '@/components/ui/bytes'
import { Segmented } from '@/components/ui/choice'
import { SectionHeader } from '@/components/ui/page'
import { SeverityBadge } from '@/components/ui/severity'
import type { StorageDetail, VolumeView } from '@/lib/domain/view'
import { LeftoverAction } from './leftover-action'

/** Rows added at a time: a pool may hold ten thousand files, a person looks at the largest. */
const PAGE = 200

export function StorageContents({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage.contents')
  const [only, setOnly] = useState<'all' | 'orphans'>('all')
  const [shown, setShown] = useState(PAGE)
  const volumes = useMemo(
    () =>
      storage.volumes
        .filter((volume) => only === 'all' || volume.role === 'orphan')
        .sort((a, b) => (b.allocatedBytes ?? -1) - (a.allocatedBytes ?? -1) || a.name.localeCompare(b.name)),
    [storage.volumes, only],
  )
  const never = storage.volumesFreshness.at === null
  return (
    <section id="contents" aria-label={t('title')}>
      <SectionHeader
        className="px-6 max-md:px-4"
        title={t('title')}
        note={never ? t('unread') : t('note', { count: storage.volumes.length })}
        end={
          <Segmented
            label={t('filter')}
            name="contents"
            hideLabel
            small
            value={only}
            onChange={(value) => {
              setOnly(value)
              setShown(PAGE)
            }}
            options={[
              { value: 'all', label: t('all') },
              { value: 'orphans', label: t('orphansOnly') },
            ]}
          />
        }
      />
      {only === 'orphans' && volumes.length > 0 && (
        <p className="px-6 max-md:px-4 pb-2 text-text-2">{t('orphanHint')}</p>
      )}
      {!never && volumes.length === 0 && (
        <p className="px-6 max-md:px-4 py-2 text-text-2">{only === 'all' ? t('none') : t('noneOrphaned')}</p>
      )}
      {volumes.length > 0 && (
        <VolumeTable storage={storage} volumes={volumes.slice(0, shown)} removable={only === 'orphans'} />
      )}
      {volumes.length > shown && (
        <div className="p-4 text-center">
          <Button onClick={() => setShown(shown + PAGE)}>
            {t('more', { count: String(Math.min(PAGE, volumes.length - shown)) })}
          </Button>
        </div>
      )}
    </section>
  )
}

type TableProps = {
  storage: StorageDetail
  volumes: VolumeView[] /** files alone that nothing refers to */
  removable: boolean
}

function VolumeTable({ storage, volumes, removable }: TableProps) {
  const t = useTranslations('storage.contents')
  return (
    <table className="sw-table sw-file-table">
      <thead>
        <tr>
          <th scope="col">{t('file')}</th>
          <th scope="col" className="w-36 max-md:hidden">
            {t('role')}
          </th>
          <th scope="col" className={removable ? 'w-40' : 'w-56 max-lg:hidden'}>
            {t(removable ? 'wayOut' : 'guest')}
          </th>
          <th scope="col" className="w-20 max-lg:hidden">
            {t('format')}
          </th>
          <th scope="col" className="w-26 sw-number max-md:hidden">
            {t('virtual')}
          </th>
          <th scope="col" className="w-26 sw-number">
            {t('onDisk')}
          </th>
        </tr>
      </thead>
      <tbody>
        {volumes.map((volume) => (
          <VolumeLine key={volume.id} storage={storage} volume={volume} removable={removable} />
        ))}
      </tbody>
    </table>
  )
}

function VolumeLine({ storage, volume, removable }: Omit<TableProps, 'volumes'> & { volume: VolumeView }) {
  const t = useTranslations('storage.contents')
  return (
    <tr>
      <th
        scope="row"
        title={
          volume.backingFile === null ? volume.name : `${volume.name}, ${t('backing', { file: volume.backingFile })}`
        }
      >
        <span className="sw-mono">
          <Breakable text={volume.name} />
        </span>
        <span className="md:hidden block text-12 text-text-2">
          <Role volume={volume} />
        </span>
      </th>
      <td className="text-text-2 max-md:hidden">
        <Role volume={volume} />
      </td>
      {removable ? (
        <td className="whitespace-normal!">
          <LeftoverAction storage={storage} volume={volume} />
        </td>
      ) : (
        <td className="max-lg:hidden">
          {volume.guests.map((guest, index) => (
            <span key={guest.id}>
              {index > 0 && ', '}
              <Link href={`/guests/${guest.id}`} prefetch={false}>
                {guest.name}
              </Link>
            </span>
          ))}
        </td>
      )}
      <td className="text-text-2 max-lg:hidden">{volume.format}</td>
      <td className="sw-number max-md:hidden">
        <Bytes value={volume.virtualBytes} cell />
      </td>
      <td className="sw-number">
        <Bytes value={volume.allocatedBytes} cell />
      </td>
    </tr>
  )
}

function Role({ volume }: { volume: VolumeView }) {
  const words = useTranslations('words.volumeRole')
  if (volume.role !== 'orphan') return words(volume.role)
  return (
    <SeverityBadge severity="warning" plain>
      {words('orphan')}
    </SeverityBadge>
  )
}
