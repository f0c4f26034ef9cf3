'use client'
/** What was predicted beside what happened, and whether they agree. A figure nobody measured says so. */
import { useTranslations } from 'next-intl'
import { SectionHeader } from '@/components/ui/page'
import { SeverityBadge } from '@/components/ui/severity'
import type { Operation } from '@/lib/domain/operation'
import type { Predicted } from '@/lib/domain/plan'
import type { ByteRange, Bytes } from '@/lib/domain/units'
import { rangeText } from '@/lib/i18n/consequences'
import { useFormat } from '@/lib/i18n/use-format'
import { snapshotDifference } from './operation-facts'

type Props = {
  operation: Pick<Operation, 'predicted' | 'actual' | 'predictedMatches' | 'spacePredicted' | 'spaceActual'>
}

export function PredictedVsActual({ operation }: Props) {
  const t = useTranslations('operations.compare')
  const plan = useTranslations('plan')
  const guest = useTranslations('guest.power')
  const format = useFormat()
  const { predicted, actual } = operation
  if (predicted === null) return null
  const space = operation.spacePredicted.map((effect) => ({
    effect,
    actual: operation.spaceActual.find((each) => each.storageId === effect.storageId),
  }))
  const range = (value: ByteRange) => rangeText(value, { t: plan, format })
  const measured = (bytes: Bytes | null | undefined) =>
    bytes === null || bytes === undefined ? (
      <span className="text-text-3">{t('notMeasured')}</span>
    ) : bytes === 0 ? (
      plan('bytes.none')
    ) : bytes < 0 ? (
      t('grew', { size: format.bytes(-bytes) })
    ) : (
      format.bytes(bytes)
    )
  const isMeasured = space.some(({ actual: found }) => found !== undefined && found.freedBytes !== null)
  return (
    <section className="mt-5">
      <SectionHeader title={t('heading')} end={<Agreement matches={operation.predictedMatches} />} />
      <table className="sw-table sw-table-flush sw-table-static sw-compare">
        <thead>
          <tr>
            <th scope="col">{t('what')}</th>
            <th scope="col">{t('predicted')}</th>
            <th scope="col">{t('actual')}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t('snapshots')}</th>
            <td className="num">{format.number(predicted.snapshots.length)}</td>
            <td>
              <SnapshotsActual predicted={predicted} actual={actual} />
            </td>
          </tr>
          <tr>
            <th scope="row">{t('current')}</th>
            <td>
              <StandsOn of={predicted} />
            </td>
            <td>{actual === null ? <Pending /> : <StandsOn of={actual} />}</td>
          </tr>
          <tr>
            <th scope="row">{t('power')}</th>
            <td>{guest(predicted.power)}</td>
            <td>{actual === null ? <Pending /> : guest(actual.power)}</td>
          </tr>
          {space.map(({ effect, actual: found }) => (
            <tr key={`peak ${effect.storageId}`}>
              <th scope="row">{t('peak', { storage: effect.storageName })}</th>
              <td className="num">{range(effect.peak)}</td>
              <td className="num">{measured(found?.peakBytes)}</td>
            </tr>
          ))}
          {space.map(({ effect, actual: found }) => (
            <tr key={`freed ${effect.storageId}`}>
              <th scope="row">{t('freed', { storage: effect.storageName })}</th>
              <td className="num">{range(effect.frees)}</td>
              <td className="num">{measured(found?.freedBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {isMeasured && <p className="mt-1.5 text-12 text-text-3">{t('spaceNote')}</p>}
    </section>
  )
}

/** The list's short form too: as predicted, not, or not proven yet. */
export function Agreement({ matches }: { matches: boolean | null }) {
  const t = useTranslations('operations.compare')
  if (matches === null) return <span className="text-text-3">{t('pending')}</span>
  return matches ? (
    <SeverityBadge severity="ok" plain>
      {t('as')}
    </SeverityBadge>
  ) : (
    <SeverityBadge severity="warning" plain>
      {t('not')}
    </SeverityBadge>
  )
}

/** On the base only when that is known: where the hypervisor does not tell, so do we. */
function StandsOn({ of }: { of: Predicted }) {
  const t = useTranslations('operations.compare')
  if (of.currentUnknown === true) return <span className="text-text-3">{t('currentUnknown')}</span>
  return of.currentParentName ?? t('base')
}

function Pending() {
  const t = useTranslations('operations.compare')
  return <span className="text-text-3">{t('pending')}</span>
}

function SnapshotsActual({ predicted, actual }: { predicted: Predicted; actual: Predicted | null }) {
  const t = useTranslations('operations.compare')
  const format = useFormat()
  if (actual === null) return <Pending />
  const { missing, extra } = snapshotDifference(predicted, actual)
  return (
    <>
      <span className="num">{format.number(actual.snapshots.length)}</span>
      {missing.length > 0 && <span className="block">{t('missing', { names: format.list(missing) })}</span>}
      {extra.length > 0 && <span className="block">{t('extra', { names: format.list(extra) })}</span>}
    </>
  )
}
