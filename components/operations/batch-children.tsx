'use client'
/** The guests of a batch: each its own operation, and the ones that did not end well on top. */
import { useTranslations } from 'next-intl'
import { useExplain } from '@/components/inventory/reason-notice'
import { SectionHeader } from '@/components/ui/page'
import { PartialNotice } from '@/components/ui/states'
import { isEnded, type OperationView } from '@/lib/domain/operation'
import { unfinishedChildren } from './operation-facts'
import { OperationsTable } from './operations-table'

/** Failures told in the notice before the rest is only counted. */
const SHOWN = 5

export function BatchChildren({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations')
  const plan = useTranslations('plan.happen')
  const explain = useExplain()
  const unfinished = isEnded(operation.state) ? unfinishedChildren(operation) : []
  const total = operation.children.length
  return (
    <section>
      {unfinished.length > 0 && (
        <PartialNotice
          title={t('partial.title', {
            done: String(total - unfinished.length),
            total: String(total),
            not: unfinished.length,
          })}
        >
          <ul className="list-none">
            {unfinished.slice(0, SHOWN).map((child) => (
              <li key={child.id} className="wrap-anywhere">
                {child.guestName}: {child.why === null ? t(`state.${child.state}`) : explain(child.why).title}
              </li>
            ))}
            {unfinished.length > SHOWN && <li>{plan('more', { count: unfinished.length - SHOWN })}</li>}
          </ul>
        </PartialNotice>
      )}
      <SectionHeader title={t('children.heading')} />
      <OperationsTable rows={operation.children} plain />
    </section>
  )
}
