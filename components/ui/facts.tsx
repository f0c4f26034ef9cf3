import Link from 'next/link'
import { Fragment, type ReactNode } from 'react'

/** Label and value, two columns. A null value is left out; what is not known is said by the caller in words. */
export function DefinitionList({
  items,
  labelWidth,
}: {
  items: readonly (readonly [label: ReactNode, value: ReactNode] | null)[]
  labelWidth?: number
}) {
  return (
    <dl
      className="sw-kv"
      style={labelWidth === undefined ? undefined : { gridTemplateColumns: `${labelWidth}px minmax(0, 1fr)` }}
    >
      {items.map((item, index) =>
        item === null ? null : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the order of facts is fixed
          <Fragment key={index}>
            <dt>{item[0]}</dt>
            <dd>{item[1]}</dd>
          </Fragment>
        ),
      )}
    </dl>
  )
}

/** A row of key figures. */
export function KeyFigures({ children }: { children: ReactNode }) {
  return <div className="sw-figures">{children}</div>
}

/** One number that matters, with its unit and one line of context. With `href` the whole cell goes there. */
export function KeyFigure({
  label,
  value,
  unit,
  note,
  href,
}: {
  label: ReactNode
  value: ReactNode
  unit?: ReactNode
  note?: ReactNode
  href?: string
}) {
  const body = (
    <>
      <div className="sw-figure-label">{label}</div>
      <div className="sw-figure-value">
        {value}
        {unit ? <small>{unit}</small> : null}
      </div>
      {note ? <div className="sw-figure-note">{note}</div> : null}
    </>
  )
  return href ? (
    <Link href={href} className="sw-figure">
      {body}
    </Link>
  ) : (
    <div className="sw-figure">{body}</div>
  )
}

export type DiffLine = { name: string; before: string | null; after: string | null }

/** Then and now, line by line: − and + as well as tint. Unchanged names do not belong in it. */
export function DiffBlock({ head, lines }: { head: ReactNode; lines: readonly DiffLine[] }) {
  const width = Math.max(0, ...lines.map((line) => line.name.length)) + 2
  return (
    <div className="sw-diff">
      <div className="head">{head}</div>
      {lines.map((line) => (
        <Fragment key={line.name}>
          {line.before === null ? null : (
            <div className="del">
              − {line.name.padEnd(width)}
              {line.before}
            </div>
          )}
          {line.after === null ? null : (
            <div className="add">
              + {line.name.padEnd(width)}
              {line.after}
            </div>
          )}
        </Fragment>
      ))}
    </div>
  )
}

/** A fingerprint in groups of two, eight to a row, to be compared by eye. Takes any separator, or none. */
export function Fingerprint({ value, label }: { value: string; label?: string }) {
  const isHex = /^[0-9a-fA-F:\s-]+$/.test(value)
  if (!isHex) return <code className="sw-mono break-all">{value}</code>
  const groups =
    value
      .replace(/[^0-9a-fA-F]/g, '')
      .toUpperCase()
      .match(/.{1,2}/g) ?? []
  return (
    <div className="sw-fingerprint" role="img" aria-label={`${label ? `${label}: ` : ''}${groups.join(' ')}`}>
      {groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: position is the identity of a group
        <span key={index}>{group}</span>
      ))}
    </div>
  )
}
