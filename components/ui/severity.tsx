import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { cx } from './class-names'
import { VisuallyHidden } from './visually-hidden'

export type Severity = 'ok' | 'warning' | 'critical' | 'emergency' | 'stale'

/** The shape of a severity: circle, triangle, diamond, octagon, dashed clock. `on` is what its inner mark is cut from. */
export function SeverityIcon({ severity, size, on }: { severity: Severity; size?: number; on?: string }) {
  const cut = on ?? (severity === 'emergency' ? 'var(--sw-on-emerg)' : 'var(--sw-surface)')
  return (
    <svg
      className={`sw-sev sw-sev-${severity}`}
      viewBox="0 0 16 16"
      aria-hidden="true"
      style={size === undefined ? undefined : { width: size, height: size }}
    >
      {SHAPES[severity](cut)}
    </svg>
  )
}

const line = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const
const SHAPES: Record<Severity, (cut: string) => ReactNode> = {
  ok: () => (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="m5.2 8.2 2 2 3.7-4.2" {...line} />
    </>
  ),
  warning: () => (
    <>
      <path d="M8 2.2 14.3 13.4H1.7Z" {...line} />
      <path d="M8 6.4v3.2" {...line} />
      <circle cx="8" cy="11.5" r=".9" fill="currentColor" />
    </>
  ),
  critical: (cut) => (
    <>
      <path
        d="M8 1.2 14.8 8 8 14.8 1.2 8Z"
        fill="currentColor"
        stroke="currentColor"
        strokeWidth="1"
        strokeLinejoin="round"
      />
      <path d="M8 4.9v3.6" stroke={cut} strokeWidth="1.7" strokeLinecap="round" />
      <circle cx="8" cy="10.9" r="1" fill={cut} />
    </>
  ),
  emergency: (cut) => (
    <>
      <path d="M5.2 1.3h5.6l3.9 3.9v5.6l-3.9 3.9H5.2L1.3 10.8V5.2Z" fill="currentColor" />
      <path d="M8 4.3v4.4" stroke={cut} strokeWidth="1.8" strokeLinecap="round" />
      <circle cx="8" cy="11.3" r="1.1" fill={cut} />
    </>
  ),
  stale: () => (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.6 2.2" />
      <path d="M8 4.9V8l2.1 1.4" {...line} />
    </>
  ),
}

/**
 * Severity as shape, word and colour. Without children it says the severity itself; with children
 * ("91.4 % used") the word is still read to screen readers. `plain` is for dense cells: no tint.
 */
export function SeverityBadge({
  severity,
  plain = false,
  children,
}: {
  severity: Severity
  plain?: boolean
  children?: ReactNode
}) {
  const t = useTranslations('ui')
  return (
    <span className={cx('sw-badge', `sw-badge-${severity}`, plain && 'sw-badge-plain')}>
      <BadgeIcon severity={severity} plain={plain} />
      {children === undefined ? (
        t(`severity.${severity}`)
      ) : (
        <>
          <VisuallyHidden>{t(`severityPrefix.${severity}`)} </VisuallyHidden>
          <span>{children}</span>
        </>
      )}
    </span>
  )
}

/** On the solid emergency badge the octagon takes the badge's text colour and its mark the badge's fill. */
function BadgeIcon({ severity, plain }: { severity: Severity; plain: boolean }) {
  const solid = severity === 'emergency' && !plain
  return (
    <svg className={plain ? `sw-sev sw-sev-${severity}` : undefined} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[severity](
        solid ? 'var(--sw-emerg)' : severity === 'emergency' ? 'var(--sw-on-emerg)' : 'var(--sw-surface)',
      )}
    </svg>
  )
}
