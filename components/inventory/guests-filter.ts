'use client'
import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import type { FilterField as BarField } from '@/components/ui/filter-bar'
import { CHOICES, FILTER_FIELDS, type FilterError } from '@/lib/domain/filter'
import { unreachable } from '@/lib/domain/result'
import { DAY } from '@/lib/domain/units'
/** What the filter bar of the guests list offers, and what it says about a filter it cannot read. */
import { ADVISED_CHAIN_DEPTH } from '@/lib/engine/chain/merge-advice'
import { useFormat } from '@/lib/i18n/use-format'

/** Ages worth one click. */
const AGES = [1, 3, 7, 30]

export function useGuestFields(): BarField[] {
  const t = useTranslations('guests')
  const words = useTranslations('words')
  const format = useFormat()
  return useMemo(() => {
    const yesNo = [
      ['yes', t('values.yes')],
      ['no', t('values.no')],
    ] as const
    return [
      {
        field: 'platform',
        label: t('fields.platform'),
        closed: true,
        values: (['libvirt', 'proxmox', 'vsphere'] as const).map((kind) => [kind, words(`hypervisor.${kind}`)]),
      },
      {
        field: 'power',
        label: t('fields.power'),
        closed: true,
        values: (['running', 'stopped', 'paused', 'suspended', 'unknown'] as const).map((power) => [
          power,
          words(`power.${power}`),
        ]),
      },
      { field: 'storage', label: t('fields.storage') },
      {
        field: 'chain',
        label: t('fields.chain'),
        values: [
          [`>${ADVISED_CHAIN_DEPTH}`, t('values.chainOver', { depth: String(ADVISED_CHAIN_DEPTH) })],
          ['>8', t('values.chainOver', { depth: '8' })],
          ['unknown', t('values.unknown')],
        ],
      },
      {
        field: 'oldest',
        label: t('fields.oldest'),
        values: AGES.map((days) => [`>${days}d`, t('values.older', { age: format.age(days * DAY) })]),
      },
      { field: 'memory', label: t('fields.memory'), closed: true, values: yesNo },
      { field: 'unmanaged', label: t('fields.unmanaged'), closed: true, values: yesNo },
      {
        field: 'finding',
        label: t('fields.finding'),
        closed: true,
        values: CHOICES.finding.map((finding) => [finding, words(`findingShort.${finding as 'mixed-chain'}`)]),
      },
      // What the language knows besides; links and people who type use it.
      ...(['name', 'connection', 'node', 'tag', 'snapshots', 'held'] as const).map((field) => ({
        field,
        label: t(`fields.${field}`),
        offered: false,
      })),
      {
        field: 'kind',
        label: t('fields.kind'),
        closed: true,
        offered: false,
        values: (['vm', 'container'] as const).map((kind) => [kind, words(`guestKind.${kind}`)] as const),
      },
      { field: 'stale', label: t('fields.stale'), closed: true, offered: false, values: yesNo },
    ]
  }, [t, words, format])
}

/** One sentence for each thing that cannot be read in a filter. */
export function useFilterErrors(errors: readonly FilterError[]): string[] {
  const t = useTranslations('guests.bad')
  const format = useFormat()
  return errors.map((error) => {
    switch (error.problem) {
      case 'unknown-field':
        return t('unknown-field', { name: error.name, fields: format.list(FILTER_FIELDS) })
      case 'unknown-value':
        return t('unknown-value', { field: error.field, value: error.value, values: format.list(error.values) })
      case 'not-a-count':
      case 'not-an-age':
      case 'not-a-size':
      case 'empty-value':
        return t(error.problem, { field: error.field })
      case 'open-quote':
        return t('open-quote')
      case 'too-long':
      case 'too-many':
        return t(error.problem, { max: String(error.max) })
      default:
        return unreachable(error)
    }
  })
}
