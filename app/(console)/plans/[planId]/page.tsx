import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { guestsOfIntent } from '@/components/plan/intent-facts'
import { PlanPage } from '@/components/plan/plan-page'
import { titled } from '@/components/shell/page-title'
import { FlowPage, guestsFor } from '@/lib/web/flow-page'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

type Props = { params: Promise<{ planId: string }> }

async function title(): Promise<string> {
  return (await getTranslations('plan'))('steps.plan')
}

/** A plan that was confirmed leads to what became of it. */
async function Page({ params }: Props) {
  const { planId } = await params
  const plan = await readForPage(reads.plan, { id: planId })
  if (plan.ok && plan.value.operationId !== null) redirect(`/operations/${plan.value.operationId}`)
  const planned = plan.ok ? plan.value.planned : null
  const intent = planned === null ? null : planned.kind === 'plan' ? planned.plan.intent : planned.intent
  return (
    <FlowPage
      guests={intent === null ? [] : await guestsFor(guestsOfIntent(intent))}
      seeds={[{ queryKey: q.plan(planId).queryKey, answer: plan }]}
    >
      <PlanPage planId={planId} />
    </FlowPage>
  )
}

export default titled(title, Page)
