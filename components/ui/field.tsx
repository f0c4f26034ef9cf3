import type { ReactNode } from 'react'
import { SeverityIcon } from './severity'

/**
 * Label above, control, then hint or error below. `children` gets the ids to wire up;
 * TextField and friends do it for you.
 */
export function Field({
  id,
  label,
  note,
  hint,
  error,
  children,
}: {
  id: string
  label: ReactNode
  /** after the label, e.g. "optional" */
  note?: string | undefined
  hint?: ReactNode
  error?: string | null | undefined
  children: ReactNode
}) {
  return (
    <div className="sw-field">
      <label className="sw-label" htmlFor={id}>
        {label}
        {note ? <span className="sw-hint"> {note}</span> : null}
      </label>
      {children}
      {hint ? (
        <div className="sw-hint" id={`${id}-hint`}>
          {hint}
        </div>
      ) : null}
      <FieldError id={`${id}-error`} error={error} />
    </div>
  )
}

/** What is wrong with one field, in words, announced when it appears. */
function FieldError({ id, error }: { id: string; error: string | null | undefined }) {
  return (
    <div id={id} aria-live="polite">
      {error ? (
        <div className="sw-field-error">
          <SeverityIcon severity="critical" />
          <span>{error}</span>
        </div>
      ) : null}
    </div>
  )
}

/** `aria-describedby` for a control inside a Field. */
export const describedBy = (id: string, has: { hint: boolean; error: boolean }): string | undefined =>
  [has.error && `${id}-error`, has.hint && `${id}-hint`].filter(Boolean).join(' ') || undefined
