'use client'
/** The page of a guided flow: step bar, work left, consequences right, one primary button in the footer. */
import { Check, ChevronLeft } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type ReactNode, useCallback, useState } from 'react'
import { Button, IconButton } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { useShortcut } from '@/components/ui/keyboard'
import { Dialog } from '@/components/ui/overlays'
import { FooterBar } from '@/components/ui/page'
import { VisuallyHidden } from '@/components/ui/visually-hidden'

const FLOW_STEPS = ['plan', 'checks', 'confirm', 'run', 'verify'] as const
type FlowStep = (typeof FLOW_STEPS)[number]

type Props = {
  title: string
  /** tags beside the title */
  aside?: ReactNode
  crumbs: readonly { label: string; href: string }[]
  step: FlowStep
  /** where Close and Esc lead */
  closeHref: string
  /** something was typed: leaving asks first */
  typed?: boolean
  /** the arrow of a phone; leaves the flow where there is no step before */
  onBack?: (() => void) | undefined
  children: ReactNode
  side?: ReactNode
  sideLabel?: string
  footNote?: ReactNode
  footer?: ReactNode
}

export function FlowFrame(props: Props) {
  const common = useTranslations('common')
  const t = useTranslations('plan')
  const router = useRouter()
  const [leaving, setLeaving] = useState(false)
  const { closeHref, typed = false } = props
  const leave = useCallback(() => {
    if (typed) setLeaving(true)
    else router.push(closeHref)
  }, [router, closeHref, typed])
  useShortcut('Escape', leave, { enabled: !leaving })
  return (
    <div className="sw-flow-page">
      <header className="sw-page-head pb-3">
        <span className="md:hidden flex-none!">
          <IconButton icon={ChevronLeft} label={common('actions.back')} quietTip onClick={props.onBack ?? leave} />
        </span>
        <div className="min-w-0 flex-1">
          <ol className="sw-crumbs">
            {props.crumbs.map((crumb) => (
              <li key={crumb.href}>
                <Link href={crumb.href} prefetch={false}>
                  {crumb.label}
                </Link>
              </li>
            ))}
          </ol>
          <div className="sw-page-title-row">
            <h1 className="sw-page-title">{props.title}</h1>
            {props.aside}
          </div>
        </div>
        <div className="sw-actions">
          <Button variant="quiet" keys="Esc" onClick={leave}>
            {t('close')}
          </Button>
        </div>
      </header>
      <FlowStepBar step={props.step} />
      <div className="sw-flow">
        <div className="work" data-scroll>
          {props.children}
        </div>
        {props.side === undefined ? null : (
          <aside
            className="aside"
            aria-label={props.sideLabel}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls where it is long, also by keyboard
            tabIndex={0}
          >
            {props.side}
          </aside>
        )}
      </div>
      {props.footer === undefined ? null : <FooterBar note={props.footNote}>{props.footer}</FooterBar>}
      <Dialog
        open={leaving}
        onClose={() => setLeaving(false)}
        role="alertdialog"
        size="sm"
        title={t('leave.title')}
        footer={
          <>
            <Button onClick={() => setLeaving(false)}>{t('leave.stay')}</Button>
            <Button variant="primary" onClick={() => router.push(closeHref)}>
              {t('leave.leave')}
            </Button>
          </>
        }
      >
        {t('leave.text')}
      </Dialog>
    </div>
  )
}

/** Five steps: circles with words on a desk, five segments with one sentence on a phone. */
function FlowStepBar({ step }: { step: FlowStep }) {
  const t = useTranslations('plan.steps')
  const ui = useTranslations('ui')
  const at = FLOW_STEPS.indexOf(step)
  return (
    <>
      <ol className="sw-flow-steps" aria-label={t('label')}>
        {FLOW_STEPS.map((each, index) => {
          const state = index < at ? 'done' : index === at ? 'current' : 'next'
          return (
            <li key={each} data-state={state} aria-current={state === 'current' ? 'step' : undefined}>
              <span className="mark" aria-hidden="true">
                {state === 'done' ? <Icon icon={Check} /> : index + 1}
              </span>
              <span>
                <VisuallyHidden>{ui(`step.${state}`)}: </VisuallyHidden>
                {t(each)}
              </span>
            </li>
          )
        })}
      </ol>
      <p className="sw-flow-phone-step" aria-hidden="true">
        {t('phone', { step: String(at + 1), total: String(FLOW_STEPS.length), name: t(step) })}
      </p>
    </>
  )
}
