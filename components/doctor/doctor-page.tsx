'use client'
/** What is wrong with a guest, what it means, and the safe ways out: each becomes a plan like any other. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Stethoscope } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { proposePlan } from '@/app/actions/plan'
import { useAction } from '@/components/auth/use-action'
import { UnreadNotice } from '@/components/inventory/guest-notices'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { useOperationKind } from '@/components/operations/operation-words'
import { useMissingRole, useRoleWords } from '@/components/plan/use-rights'
import { Button, ButtonLink } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { CodeBlock } from '@/components/ui/code-block'
import { Notice } from '@/components/ui/notice'
import { Dialog } from '@/components/ui/overlays'
import { ScrollPane, SectionHeader } from '@/components/ui/page'
import { EmptyState } from '@/components/ui/states'
import { TextField } from '@/components/ui/text-field'
import type { Repair } from '@/lib/domain/plan'
import type { GuestDetail } from '@/lib/domain/view'
import { checkableDisks, type Diagnosis, diagnose, type Remedy, unlockLine } from '@/lib/engine/doctor/diagnose'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { useDiagnosisText, useRepairText } from './doctor-words'

export function DoctorPage({ guestId }: { guestId: string }) {
  const t = useTranslations('flows.doctor')
  const { data: guest } = useSuspenseQuery(q.guest(guestId))
  const found = diagnose(guest)
  const isOpen = (useUnproven(guest)?.length ?? 0) > 0
  return (
    <ScrollPane>
      <div className="px-6 max-md:px-4 pt-4 pb-6 max-w-[920px]">
        <SectionHeader
          title={t('heading', { guest: guest.name })}
          note={found.length === 0 ? undefined : t(isOpen ? 'foundAndOpen' : 'found', { count: found.length })}
        />
        <p className="text-text-2 mb-3">{t('sub')}</p>
        <Unread guest={guest} />
        <Unproven guest={guest} />
        <LockedNow guest={guest} />
        {found.length === 0 ? (
          <Healthy guest={guest} />
        ) : (
          <ul className="flex flex-col gap-3">
            {found.map((diagnosis) => (
              <li key={JSON.stringify(diagnosis.what)}>
                <FindingCard guest={guest} diagnosis={diagnosis} />
              </li>
            ))}
          </ul>
        )}
        <Frozen guest={guest} />
        <ImageCheck guest={guest} />
      </div>
    </ScrollPane>
  )
}

/** A lock counts as left behind only after a while; until then it is told, and nothing is called well. */
function LockedNow({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('flows.doctor')
  if (!isLocked(guest) || guest.findings.some(({ finding }) => finding === 'lock-left')) return null
  return (
    <Notice className="mb-3" tone="info" title={t('lockedNow', { lock: guest.lock ?? '' })}>
      {t('lockedNowText')}
    </Notice>
  )
}

/** A suspended guest is locked too, and well. */
const isLocked = ({ lock }: GuestDetail): boolean => lock !== null && lock !== 'suspended'

const useUnproven = (guest: GuestDetail) =>
  useQuery(q.operations({ guest: guest.id, state: 'needs-attention', limit: 5 })).data?.rows

/** Healthy is said only of what was read, and of nothing whose end is open. */
function Healthy({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('flows.doctor')
  const format = useFormat()
  const now = useNow()
  const unproven = useUnproven(guest)
  const at = guest.snapshotsFreshness.at
  if (isLocked(guest) || unproven === undefined || unproven.length > 0) return null
  if (at === null || guest.snapshotsFreshness.unread !== undefined || guest.disks === null) return null
  return (
    <EmptyState icon={Stethoscope} title={t('healthy')} framed>
      {t('healthyText', { ago: format.ago(at, now) })}
    </EmptyState>
  )
}

function Unread({ guest }: { guest: GuestDetail }) {
  return (
    <div className="flex flex-col gap-2 mb-3 empty:hidden">
      <UnreadNotice section="snapshots" freshness={guest.snapshotsFreshness} />
      <UnreadNotice section="disks" freshness={guest.disksFreshness} />
    </div>
  )
}

/** An operation of ours whose end could not be proven comes before everything else. */
function Unproven({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('flows.doctor')
  const kind = useOperationKind()
  const [first] = useUnproven(guest) ?? []
  if (first === undefined) return null
  return (
    <Notice
      className="mb-3"
      tone="critical"
      title={t(first.why?.code === 'probe-failed' ? 'findings.unanswered.title' : 'findings.attention.title')}
      actions={
        <ButtonLink size="sm" prefetch={false} href={`/operations/${first.id}`}>
          {t('repairs.open.title')}
        </ButtonLink>
      }
    >
      {t(first.why?.code === 'probe-failed' ? 'findings.unanswered.means' : 'findings.attention.means', {
        what: kind(first),
      })}
    </Notice>
  )
}

function FindingCard({ guest, diagnosis }: { guest: GuestDetail; diagnosis: Diagnosis }) {
  const text = useDiagnosisText()(diagnosis.what)
  return (
    <Notice tone="warning" title={text.title}>
      <p className="wrap-anywhere">{text.means}</p>
      {diagnosis.what.finding === 'lock-left' && (
        <OnNode guest={guest} afterRollback={diagnosis.what.lock === 'rollback'} />
      )}
      {diagnosis.remedies.length > 0 && (
        <ul className="mt-2 flex flex-col">
          {diagnosis.remedies.map((remedy) => (
            <RemedyLine key={JSON.stringify(remedy)} guest={guest} remedy={remedy} />
          ))}
        </ul>
      )}
    </Notice>
  )
}

/** Where our access may not remove the lock: the line for the node. The page is live and notices. */
function OnNode({ guest, afterRollback }: { guest: GuestDetail; afterRollback: boolean }) {
  const t = useTranslations('flows.doctor')
  const line = unlockLine(guest)
  if (line === null) return null
  return (
    <div className="mt-2">
      <p className="mb-1.5 text-12">{t(afterRollback ? 'onNodeRollback' : 'onNode', { node: guest.node })}</p>
      <CodeBlock code={line} wrap />
    </div>
  )
}

function RemedyLine({ guest, remedy }: { guest: GuestDetail; remedy: Remedy }) {
  const t = useTranslations('flows.doctor')
  const text = useRepairText()(remedy)
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-t border-line py-2 max-md:grid-cols-1">
      <div className="min-w-0">
        <span className="font-strong text-text wrap-anywhere">{text.title}</span>
        <span className="block text-12">{text.text}</span>
      </div>
      {remedy.remedy === 'repair' ? (
        <RepairButton guest={guest} repair={remedy.repair} />
      ) : remedy.remedy === 'fork' ? (
        <ForkButton guest={guest} remedy={remedy} />
      ) : (
        <ButtonLink
          size="sm"
          prefetch={false}
          href={
            remedy.remedy === 'merge'
              ? `/guests/${guest.id}/merge`
              : `/guests/${guest.id}/delete?snapshots=${encodeURIComponent(remedy.snapshotId)}`
          }
        >
          {t('repair')}
        </ButtonLink>
      )}
    </li>
  )
}

/** Plans the repair; it runs only after its checks and a consent. */
function RepairButton({ guest, repair, label }: { guest: GuestDetail; repair: Repair; label?: string }) {
  const t = useTranslations('flows.doctor')
  const router = useRouter()
  const propose = useAction(proposePlan)
  const mayNot = useRoleWords('guest.repair')
  return (
    <div>
      <Button
        size="sm"
        busy={propose.busy}
        disabledReason={mayNot}
        onClick={() =>
          propose.run({ intent: { do: 'repair', guestId: guest.id, repair } }, ({ planned }) =>
            router.push(`/plans/${planned.kind === 'plan' ? planned.plan.id : planned.id}`),
          )
        }
      >
        {label ?? t('repair')}
      </Button>
      {propose.refusal !== null && <ReasonNotice reason={propose.refusal} />}
    </div>
  )
}

/** A new guest needs a name first. */
function ForkButton({ guest, remedy }: { guest: GuestDetail; remedy: Extract<Remedy, { remedy: 'fork' }> }) {
  const t = useTranslations('flows.doctor')
  const common = useTranslations('common.actions')
  const [open, setOpen] = useState(false)
  const [name, setName] = useState(`${guest.name}-copy`)
  const mayNot = useRoleWords('guest.repair')
  return (
    <>
      <Button size="sm" disabledReason={mayNot} onClick={() => setOpen(true)}>
        {t('repair')}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        size="sm"
        title={t('repairs.fork.title', { name: remedy.name })}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{common('cancel')}</Button>
            <RepairButton guest={guest} repair={{ fix: 'fork', snapshotId: remedy.snapshotId, as: name.trim() }} />
          </>
        }
      >
        <TextField
          label={t('forkName')}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.target.value)}
        />
      </Dialog>
    </>
  )
}

/** No reading tells whether file systems are frozen, so whoever suspects it can have them thawed. */
function Frozen({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('flows.doctor')
  if (guest.power !== 'running' || guest.agent === 'not-configured') return null
  return (
    <section className="mt-6">
      <SectionHeader title={t('frozen')} />
      <p className="text-text-2 mb-2">{t('frozenText')}</p>
      <RepairButton guest={guest} repair={{ fix: 'thaw' }} label={t('frozenThaw')} />
    </section>
  )
}

function ImageCheck({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('flows.doctor')
  const router = useRouter()
  const propose = useAction(proposePlan)
  const missing = useMissingRole('guest.repair')
  const disks = checkableDisks(guest)
  if (disks.length === 0) return null
  const off = guest.power === 'stopped' ? (missing === null ? null : t('adminOnly')) : t('checkOff')
  return (
    <section className="mt-6">
      <SectionHeader title={t('check')} />
      <p className="text-text-2 mb-2">{t('checkText')}</p>
      <div className="flex flex-wrap gap-2">
        {disks.map((disk) => (
          <Button
            key={disk}
            size="sm"
            busy={propose.busy}
            disabledReason={off}
            onClick={() =>
              propose.run(
                { intent: { do: 'repair', guestId: guest.id, repair: { fix: 'check-image', disk } } },
                ({ planned }) => router.push(`/plans/${planned.kind === 'plan' ? planned.plan.id : planned.id}`),
              )
            }
          >
            {t('checkDisk', { disk })}
          </Button>
        ))}
      </div>
      {propose.refusal !== null && <ReasonNotice reason={propose.refusal} />}
    </section>
  )
}
