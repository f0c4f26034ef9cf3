import type { LucideIcon } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { cx } from './class-names'
import { Icon } from './icon'
import { Notice } from './notice'

/** Nothing here: what it is, and one action. After a filter: which filters, and Clear. */
export function EmptyState({
  icon,
  title,
  children,
  actions,
  framed = false,
  page = false,
}: {
  icon: LucideIcon
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
  framed?: boolean
  /** the page is nothing else: its title is the page's heading */
  page?: boolean
}) {
  const Title = page ? 'h1' : 'div'
  return (
    <div className={cx('sw-empty', framed && 'sw-empty-framed')}>
      <Icon icon={icon} />
      <Title className="sw-empty-title">{title}</Title>
      {children ? <p className="sw-empty-text">{children}</p> : null}
      {actions ? <div className="sw-empty-actions">{actions}</div> : null}
    </div>
  )
}

/** Nothing could be read: what failed, what is not affected, Try again, reference. */
export function ErrorState({
  title,
  children,
  actions,
  reference,
}: {
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
  reference?: string | undefined
}) {
  const t = useTranslations('ui')
  return (
    <Notice
      tone="critical"
      title={title}
      live="polite"
      actions={
        actions || reference ? (
          <>
            {actions}
            {reference ? <span className="text-12 text-text-3">{t('error.reference', { reference })}</span> : null}
          </>
        ) : undefined
      }
    >
      {children}
    </Notice>
  )
}

/** Last known values are shown: since when, how old, and the way to test. */
export function StaleNotice(props: { title: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return <Notice tone="stale" {...props} />
}

/** Part of it was done or read: how much, why not the rest, how to finish. */
export function PartialNotice(props: { title: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return <Notice tone="warning" {...props} />
}

/** Grey blocks with the final widths, still, after 200 ms. `widths` in px per row: first block, then right-hand block. */
export function SkeletonRows({
  label,
  rows = [
    [150, 40],
    [110, 52],
    [134, 36],
    [92, 48],
  ],
  check = false,
}: {
  /** what is loading, for screen readers: "Loading guests" */
  label: string
  rows?: readonly (readonly [number, number])[]
  check?: boolean
}) {
  return (
    <div role="status" aria-label={label} className="sw-skeletons">
      {rows.map(([first, last], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows never move
        <div className="sw-skeleton-row" key={index}>
          {check ? <span className="sw-skeleton" style={{ width: 16, height: 16 }} /> : null}
          <span className="sw-skeleton" style={{ width: first }} />
          <span className="sw-skeleton" style={{ width: 60 }} />
          <span className="flex-1" />
          <span className="sw-skeleton" style={{ width: last }} />
        </div>
      ))}
    </div>
  )
}
