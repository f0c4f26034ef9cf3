import { Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './class-names'
import { Icon } from './icon'
import { IntoView } from './into-view'
import { type Severity, SeverityIcon } from './severity'

export type NoticeTone = Severity | 'info'

/**
 * A unit one acts on: what is so, what it means, what to do. `inline` keeps it on one line, actions at the end.
 * `live` announces it when it appears: `polite` for results, `assertive` for a new emergency only.
 */
export function Notice({
  tone,
  title,
  children,
  actions,
  inline = false,
  live,
  className,
}: {
  tone: NoticeTone
  title?: ReactNode
  children?: ReactNode
  actions?: ReactNode
  inline?: boolean
  live?: 'polite' | 'assertive'
  className?: string
}) {
  const cut =
    tone === 'info' || tone === 'ok' || tone === 'warning' || tone === 'stale' ? undefined : 'var(--sw-surface)'
  return (
    <div
      className={cx('sw-note', `sw-note-${tone}`, inline && 'sw-note-inline', className)}
      role={live === 'assertive' ? 'alert' : live === 'polite' ? 'status' : undefined}
    >
      {tone === 'info' ? <Icon icon={Info} /> : <SeverityIcon severity={tone} {...(cut && { on: cut })} />}
      <div className="sw-note-body">
        {title ? <div className="sw-note-title">{title}</div> : null}
        {title && children && inline ? ' ' : null}
        {children ? <div className="sw-note-text">{children}</div> : null}
        {actions && !inline ? <div className="sw-note-actions">{actions}</div> : null}
      </div>
      {actions && inline ? <div className="sw-note-actions">{actions}</div> : null}
    </div>
  )
}

/**
 * What is wrong with a form as a whole: title = what is so, children = what to do next. When it appears it is announced
 * and comes into view: the button that was pressed may be a page away.
 */
export function FormError({
  title,
  children,
  actions,
}: {
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <IntoView key={typeof title === 'string' ? title : undefined}>
      <Notice tone="critical" title={title} actions={actions} live="assertive">
        {children}
      </Notice>
    </IntoView>
  )
}
