import type { ReactNode } from 'react'
import { SectionHeader } from '@/components/ui/page'
import { SeverityBadge } from '@/components/ui/severity'

/** A part of a settings page: what it is about at the left, the controls at the right; on a phone one below the other. */
export function SettingsSection({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="grid gap-x-10 gap-y-4 px-6 max-md:px-4 py-6 border-b border-line-subtle last:border-b-0 lg:grid-cols-[240px_minmax(0,520px)]">
      <div>
        <h2 className="text-14 font-[600]">{title}</h2>
        {text ? <p className="text-text-2 mt-1 max-w-130">{text}</p> : null}
      </div>
      <div className="min-w-0 max-w-130">{children}</div>
    </section>
  )
}

/** A part whose table takes the whole width: title, one sentence, what can be done, the rows. */
export function TableSection({
  title,
  text,
  actions,
  children,
}: {
  title: string
  text?: string
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="pt-4 pb-5">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2 px-6 max-md:px-4 pb-2">
        <div className="flex-1 min-w-60">
          <SectionHeader title={title} className="min-h-0!" />
          {text ? <p className="text-text-2">{text}</p> : null}
        </div>
        {actions}
      </div>
      {children}
    </section>
  )
}

/** The button of a form, and beside it what has been done, announced when it appears. */
export function SubmitRow({ done, children }: { done: string | null; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      {children}
      <span role="status">
        {done !== null && (
          <SeverityBadge severity="ok" plain>
            {done}
          </SeverityBadge>
        )}
      </span>
    </div>
  )
}
