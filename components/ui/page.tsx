import { Check } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Fragment, type ReactNode } from 'react'
import { cx } from './class-names'
import { Icon } from './icon'
import { VisuallyHidden } from './visually-hidden'

/** First in the tab order: jumps over rail and top bar. The target is `<main id="content" tabIndex={-1}>`. */
export function SkipLink() {
  const t = useTranslations('ui')
  return (
    <a href="#content" className="sw-skip">
      {t('skipToContent')}
    </a>
  )
}

/**
 * The part of a page that scrolls where nothing in it takes the focus, or not before it was read: it takes the focus
 * itself, and so scrolls by keyboard in every browser.
 */
export function ScrollPane({ className, children }: { className?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls where it is long, also by keyboard
    <div className={cx('sw-scroll-pane', className)} data-scroll tabIndex={0}>
      {children}
    </div>
  )
}

/** Head of a page: crumbs, title, what stands beside it, one line or a row of facts below, actions at the right. */
export function PageHeader({
  title,
  aside,
  sub,
  meta,
  crumbs,
  actions,
  className,
}: {
  title: ReactNode
  /** beside the title: power, environment */
  aside?: ReactNode
  sub?: ReactNode
  /** facts in a row, each its own element */
  meta?: ReactNode
  crumbs?: readonly { label: ReactNode; href?: string }[]
  actions?: ReactNode
  /** e.g. `pb-1.5` where a table follows closely */
  className?: string
}) {
  return (
    <header className={cx('sw-page-head', className)}>
      <div>
        {crumbs ? (
          <ol className="sw-crumbs">
            {crumbs.map((crumb, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: crumbs are ordered and do not move
              <li key={index}>{crumb.href ? <Link href={crumb.href}>{crumb.label}</Link> : crumb.label}</li>
            ))}
          </ol>
        ) : null}
        <div className="sw-page-title-row">
          <h1 className="sw-page-title">{title}</h1>
          {aside}
        </div>
        {sub ? <p className="sw-page-sub">{sub}</p> : null}
        {meta ? <div className="sw-meta">{meta}</div> : null}
      </div>
      {actions ? <div className="sw-actions">{actions}</div> : null}
    </header>
  )
}

/** Head of a section: title, a grey note, something at the end. */
export function SectionHeader({
  title,
  note,
  end,
  level = 2,
  className,
}: {
  title: ReactNode
  note?: ReactNode
  end?: ReactNode
  level?: 2 | 3
  className?: string
}) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <div className={cx('sw-section-head', className)}>
      <Heading>{title}</Heading>
      {note ? <span className="note">{note}</span> : null}
      {end ? <span className="end">{end}</span> : null}
    </div>
  )
}

/** The bar at the foot of a flow: what has happened so far left, Back and one primary right. */
export function FooterBar({ note, children }: { note?: ReactNode; children: ReactNode }) {
  return (
    <div className="sw-foot">
      <span className="text-text-2 flex-1 min-w-0">{note}</span>
      {children}
    </div>
  )
}

/** A border around it means: a unit one acts on. */
export function Box({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cx('sw-box', className)}>{children}</div>
}

/** Tabs that are pages: each has its address. `current` is the href of the open one. */
export function LinkTabs({
  label,
  tabs,
  current,
}: {
  label: string
  tabs: readonly { href: string; label: ReactNode; count?: number }[]
  current: string
}) {
  return (
    <nav aria-label={label} className="sw-tabs">
      {tabs.map((tab) => (
        <Link key={tab.href} href={tab.href} aria-current={tab.href === current ? 'page' : undefined} scroll={false}>
          {tab.label}
          {tab.count === undefined ? null : <span className="sw-count">{tab.count}</span>}
        </Link>
      ))}
    </nav>
  )
}

export type Step = { key: string; label: ReactNode; note?: ReactNode }

/** The steps of set-up, in the left rail; on a phone a segmented bar. */
export function StepRail({ steps, current }: { steps: readonly Step[]; current: string }) {
  const t = useTranslations('ui')
  const at = steps.findIndex((step) => step.key === current)
  return (
    <ol className="sw-steps">
      {steps.map((step, index) => {
        const state = index < at ? 'done' : index === at ? 'current' : 'next'
        return (
          <li key={step.key} data-state={state} aria-current={state === 'current' ? 'step' : undefined}>
            <span className="sw-step-mark" aria-hidden="true">
              {state === 'done' ? <Icon icon={Check} /> : index + 1}
            </span>
            <span>
              <VisuallyHidden>{t(`step.${state}`)}: </VisuallyHidden>
              {step.label}
              {step.note ? (
                <Fragment>
                  <br />
                  <span className="text-12 text-text-3 font-normal">{step.note}</span>
                </Fragment>
              ) : null}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
