/** The sentence of an alert: the same words in the inbox, on the phone and in every notice. */
import type { useTranslations } from 'next-intl'
import type { Alert, RuleKind } from '@/lib/domain/alert'
import { unreachable } from '@/lib/domain/result'
import type { Format } from './format'

export type AlertTranslator = ReturnType<typeof useTranslations<'alerts'>>
type Told = Pick<Alert, 'kind' | 'value' | 'subjectName' | 'where'>

/** What is so, in one sentence with its figure. Names are foreign text and stay text. */
export function alertTitle(
  { kind, value, subjectName: name, where }: Told,
  t: AlertTranslator,
  format: Format,
): string {
  switch (kind) {
    case 'storage-used':
    case 'thin-metadata':
    case 'inodes-used':
      return t(`sentence.${kind}`, { name, where, share: format.percent(value) })
    case 'storage-free':
      return t('sentence.storage-free', { name, where, bytes: format.bytes(value) })
    case 'time-to-full':
      return t('sentence.time-to-full', { name, where, span: format.duration(value) })
    case 'stale-data':
      return t('sentence.stale-data', { name, span: format.age(value) })
    case 'snapshot-age':
      return value < 2
        ? t('sentence.snapshot-age-once', { name })
        : t('sentence.snapshot-age', { name, times: format.number(Math.floor(value)) })
    case 'chain-depth':
      return t('sentence.chain-depth', { name, count: format.number(value) })
    case 'snapshot-count':
      return t('sentence.snapshot-count', { name, count: value })
    case 'snapshot-size':
      return t('sentence.snapshot-size', { name, bytes: format.bytes(value) })
    case 'memory-age':
    case 'guest-locked':
      return t(`sentence.${kind}`, { name, span: format.age(value) })
    case 'unmanaged-data':
      return t('sentence.unmanaged-data', { name, count: value })
    case 'orphaned-files':
      return t('sentence.orphaned-files', { name, where, count: value })
    case 'operation-ended':
      return t(value >= 2 ? 'sentence.operation-attention' : 'sentence.operation-failed', { name })
    case 'merge-space':
      return value >= 1
        ? t('sentence.merge-too-late', { name, where })
        : t('sentence.merge-space', { name, where, share: format.percent(value) })
    default:
      return unreachable(kind)
  }
}

/** What it means and what to do. */
export const alertDetail = (kind: RuleKind, t: AlertTranslator): string => t(`detail.${kind}`)
