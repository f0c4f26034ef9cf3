'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { OperationFlow } from '@/components/operations/operation-page'
import { ChecksStep } from '@/components/plan/checks-step'
import { ConfirmStep } from '@/components/plan/confirm-step'
import { Consequences } from '@/components/plan/consequences'
import { FlowFrame } from '@/components/plan/flow-frame'
import { RollbackTimeline } from '@/components/plan/rollback-timeline'
import { Button } from '@/components/ui/button'
import { SwitchRow } from '@/components/ui/choice'
import { EnvironmentTag } from '@/components/ui/state-marks'
import type { Plan } from '@/lib/domain/plan'
import { q } from '@/lib/web/queries'
import { attention, deletePlan, guest, rollbackPlan, running, snapshots, storage, succeeded } from './samples'

/** `?show=` chooses the screen. */
export function GalleryOperations() {
  const show = useSearchParams().get('show') ?? 'checks'
  const client = useQueryClient()
  const [ready, setReady] = useState(false)
  // Its times are relative to now, and the server's now is another one.
  useEffect(() => {
    client.setQueryData(q.storages().queryKey, [storage])
    setReady(true)
  }, [client])
  if (!ready) return null
  if (show === 'run')
    return (
      <Sheet>
        <OperationFlow operation={running} />
      </Sheet>
    )
  if (show === 'verify')
    return (
      <Sheet>
        <OperationFlow operation={succeeded} />
      </Sheet>
    )
  if (show === 'attention')
    return (
      <Sheet>
        <OperationFlow operation={attention} />
      </Sheet>
    )
  if (show === 'delete') return <PlanScreen plan={deletePlan} step="checks" />
  return <PlanScreen plan={rollbackPlan} step={show === 'confirm' ? 'confirm' : 'checks'} />
}

const Sheet = ({ children }: { children: ReactNode }) => (
  <div className="sw-shell block! h-dvh">
    <main className="sw-sheet h-full">{children}</main>
  </div>
)

function PlanScreen({ plan, step }: { plan: Plan; step: 'checks' | 'confirm' }) {
  const head = useRef<HTMLHeadingElement>(null)
  const [typed, setTyped] = useState('WebServe')
  const [snapshot] = snapshots
  const picture =
    plan === rollbackPlan && snapshot !== undefined ? (
      <RollbackTimeline guest={guest} snapshot={snapshot} losses={plan.losses} />
    ) : null
  return (
    <Sheet>
      <FlowFrame
        title={plan === rollbackPlan ? 'Roll back WebServer' : 'Delete 6 snapshots on 3 guests'}
        aside={<EnvironmentTag name="prod" />}
        crumbs={[{ label: 'Guests', href: '/guests' }]}
        step={step}
        closeHref="/"
        side={<Consequences plan={plan} />}
        sideLabel="What will happen"
        footNote="Nothing has changed yet."
        footer={
          <>
            <Button className="back">Back</Button>
            <Button variant="primary">Continue to confirm</Button>
          </>
        }
      >
        {step === 'checks' ? (
          <ChecksStep
            headRef={head}
            planned={{ kind: 'plan', plan }}
            planning={false}
            headline="WebServer goes back 3 h 12 min, to 31 Aug 14:30"
            picture={picture}
            options={
              plan === rollbackPlan ? (
                <div className="border-t border-line-subtle">
                  <SwitchRow label="Take a safety snapshot first" hint="with memory" defaultChecked />
                  <SwitchRow label="Shut down the guest cleanly" hint="within 3 min" defaultChecked />
                </div>
              ) : undefined
            }
            platformOf={() => ({ kind: 'libvirt', guestKind: 'vm' })}
            guests={[]}
            onAgain={() => undefined}
            onChoose={() => undefined}
            nameOf={() => 'WebServer'}
            override={null}
          />
        ) : (
          <ConfirmStep
            headRef={head}
            plan={plan}
            before={null}
            differenceRead
            onDifferenceRead={() => undefined}
            headline="WebServer goes back 3 h 12 min, to 31 Aug 14:30"
            picture={picture}
            typedName={typed}
            onTypedName={setTyped}
            reason="nginx 1.27.1 fails TLS handshakes with old POS clients, CHG-20831"
            onReason={() => undefined}
          />
        )}
      </FlowFrame>
    </Sheet>
  )
}
