'use client'
/** What will happen, in the order people ask: lost, merged, kept, space, time. Words left, the number right. */
import {
  ArrowDownRight,
  ArrowUpRight,
  Blocks,
  Clock,
  Combine,
  Database,
  Eraser,
  GitBranch,
  HardDrive,
  type LucideIcon,
  MemoryStick,
  PlugZap,
  ShieldCheck,
  SlidersHorizontal,
  Timer,
  Undo2,
} from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Breakable } from '@/components/ui/breakable'
import { useNow } from '@/components/ui/clock'
import { Icon } from '@/components/ui/icon'
import { StateHeld } from '@/components/ui/state-marks'
import type { LossKind, Plan } from '@/lib/domain/plan'
import { epochMillis, instantAt } from '@/lib/domain/units'
import { keepLines, type Line, lossLines, mergeLines, rangeText, timeText } from '@/lib/i18n/consequences'
import { useFormat } from '@/lib/i18n/use-format'
import { safetySnapshotOf, staysOff } from './plan-facts'
import { NowAndAfter } from './space-bars'

const LOSS_ICONS: Record<LossKind, LucideIcon> = {
  'writes-since': Eraser,
  memory: MemoryStick,
  'newer-snapshot': GitBranch,
  disk: HardDrive,
  replication: Blocks,
  'backup-chain': Database,
  configuration: SlidersHorizontal,
  'way-back': Undo2,
}

export function Consequences({ plan, children }: { plan: Plan; children?: ReactNode }) {
  const t = useTranslations('plan')
  const format = useFormat()
  const tools = { t, format }
  const merges = mergeLines(plan.merges, tools)
  const keeps = keepLines(plan.keeps, tools, plan.parts.length === 1 ? safetySnapshotOf(plan) : null)
  return (
    <>
      <h2 className="sw-flow-title">{t('happen.heading')}</h2>
      <Lost plan={plan} />
      <Group title={t('happen.merged')} icon={Combine} lines={merges} />
      <Group title={t('happen.kept')} icon={ShieldCheck} lines={keeps} />
      {plan.space.map((effect) => (
        <Group key={effect.storageId} title={t('space.heading', { storage: effect.storageName })}>
          <Consequence
            icon={ArrowUpRight}
            label={t('space.needed')}
            {...(effect.bound === 'virtual-size' && { hint: t('space.virtualSize') })}
            value={rangeText(effect.peak, tools)}
          />
          <Consequence icon={ArrowDownRight} label={t('space.freed')} value={rangeText(effect.frees, tools)} />
          {effect.insideImages.max !== 0 && (
            <Consequence
              icon={HardDrive}
              label={t('space.inside')}
              hint={t('space.insideHint')}
              value={rangeText(effect.insideImages, tools)}
            />
          )}
          <NowAndAfter effect={effect} />
        </Group>
      ))}
      <Time plan={plan} />
      {children}
    </>
  )
}

/** Losses with their icons; that nothing is lost is worth saying, too. */
function Lost({ plan }: { plan: Plan }) {
  const t = useTranslations('plan')
  const format = useFormat()
  const kinds = [...new Set(plan.losses.map((loss) => loss.kind))]
  const intent = plan.intent.do === 'batch' ? plan.intent.intents[0]?.do : plan.intent.do
  const title =
    intent === 'rollback' && !staysOff(plan)
      ? 'happen.lostRollback'
      : intent === 'delete'
        ? 'happen.lostForGood'
        : 'happen.lost'
  // What is merged says it itself, and a file that is deleted is no "nothing".
  const isSaid = plan.merges.length > 0 || plan.steps.some(({ command }) => command.do === 'volume.delete')
  if (plan.losses.length === 0) return isSaid ? null : <Group title={t('happen.nothingLost')} />
  return (
    <Group title={t(title)}>
      {kinds.flatMap((kind) =>
        lossLines(
          plan.losses.filter((loss) => loss.kind === kind),
          { t, format },
        ).map((line) => <Consequence key={kind + line.label} icon={LOSS_ICONS[kind]} {...line} />),
      )}
    </Group>
  )
}

function Time({ plan }: { plan: Plan }) {
  const t = useTranslations('plan')
  const format = useFormat()
  const now = useNow()
  const only = plan.parts.length === 1 ? plan.parts[0] : undefined
  const off = plan.downtime === 'off'
  const safety = safetySnapshotOf(plan)
  const rollback = plan.parts.some((part) => part.intent.do === 'rollback')
  const downtimeLabel =
    only === undefined
      ? t(off ? 'time.unavailableMany' : 'time.runningMany')
      : t(off ? 'time.unavailable' : 'time.running', { guest: only.guestName })
  return (
    <Group title={t('happen.time')}>
      <Consequence
        icon={Clock}
        label={t('time.takes')}
        {...(plan.time === null && { hint: t('time.unknownHint') })}
        value={timeText(plan.time, { t, format })}
      />
      {!staysOff(plan) && (
        <Consequence icon={off ? PlugZap : Timer} label={downtimeLabel} value={t(`time.downtime.${plan.downtime}`)} />
      )}
      {plan.time !== null && plan.time.max !== null && plan.time.max >= LONG_MILLIS && (
        <Consequence
          icon={Timer}
          label={t('time.doneBy')}
          value={format.date(instantAt(epochMillis(now) + plan.time.max), 'time', now)}
        />
      )}
      {rollback && (
        <Consequence
          icon={Undo2}
          label={t('time.reversible')}
          {...(safety !== null && { hint: t('time.reversibleBy', { snapshot: safety }) })}
          value={t(safety === null ? 'time.reversibleNo' : 'time.reversibleYes')}
        />
      )}
      {only !== undefined && only.consistency !== null && (
        <Consequence
          icon={ShieldCheck}
          label={t(rollback ? 'time.safetyState' : 'time.state')}
          value={<StateHeld consistency={only.consistency} />}
        />
      )}
    </Group>
  )
}

/** From here on people plan their day by it. */
const LONG_MILLIS = 10 * 60 * 1000

function Group({
  title,
  icon,
  lines = [],
  children,
}: {
  title: string
  icon?: LucideIcon
  lines?: readonly Line[]
  children?: ReactNode
}) {
  if (icon !== undefined && lines.length === 0) return null
  return (
    <>
      <h3 className="sw-flow-group">{title}</h3>
      <ul>
        {icon !== undefined && lines.map((line) => <Consequence key={line.label} icon={icon} {...line} />)}
        {children}
      </ul>
    </>
  )
}

/** One line: icon, words, the number. */
export function Consequence({
  icon,
  label,
  value,
  hint,
}: {
  icon: LucideIcon
  label: string
  value: ReactNode
  hint?: string
}) {
  return (
    <li className="sw-consequence">
      <Icon icon={icon} />
      <span className="label">
        <Breakable text={label} />
        {hint === undefined ? null : (
          <span className="block text-12 text-text-3">
            <Breakable text={hint} />
          </span>
        )}
      </span>
      <span className="value">{value}</span>
    </li>
  )
}
