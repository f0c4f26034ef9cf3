'use client'
import { ListFilter, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { cx } from './class-names'
import { type FilterTerm, parseFilter, writeFilter, writeTerm } from './filter-text'
import { Icon } from './icon'
import { Kbd } from './kbd'
import { useShortcut } from './keyboard'
import { Menu } from './overlays'

export type FilterField = {
  /** as typed: `env` */
  field: string
  /** as shown: `Environment` */
  label: string
  /** values worth offering: `[typed, shown]`; a term outside them is marked when `closed` */
  values?: readonly (readonly [value: string, label: string])[]
  closed?: boolean
  /** false = read as any other, but not among those that are offered */
  offered?: boolean
}

/**
 * Filter of a list. Words stay in the input; finished `field:value` terms become chips (on space or Enter).
 * `value` is the whole filter as one text, the same as in the URL. Each keystroke reports; debounce is the list's business.
 */
export function FilterBar({
  value,
  onChange,
  fields,
  placeholder,
  summary,
  children,
}: {
  value: string
  onChange: (value: string) => void
  fields: readonly FilterField[]
  placeholder: string
  /** "38 of 412 guests" */
  summary?: ReactNode
  children?: ReactNode
}) {
  const input = useRef<HTMLInputElement>(null)
  const [{ terms, text }, setState] = useState(() => splitDraft(value))
  const reported = useRef(value)
  // The filter changed from outside (a link, Back, Clear): chips and input follow.
  useEffect(() => {
    if (value === reported.current) return
    reported.current = value
    setState(splitDraft(value))
  }, [value])

  const report = (nextTerms: readonly FilterTerm[], nextText: string) => {
    const next = [writeFilter(nextTerms), nextText.trim()].filter(Boolean).join(' ')
    reported.current = next
    setState({ terms: nextTerms, text: nextText })
    onChange(next)
  }
  const type = (typed: string) => {
    // A finished field:value followed by a space leaves the input and becomes a chip.
    const finished = /\s$/.test(typed) ? parseFilter(typed).filter((term) => term.field !== null) : []
    if (finished.length === 0) report(terms, typed)
    else report([...terms, ...finished], writeFilter(parseFilter(typed).filter((term) => term.field === null)))
  }
  const commit = () => type(`${text} `)
  const add = (field: FilterField, picked: string | null) => {
    if (picked !== null) report([...terms, { field: field.field, value: picked, exclude: false }], text)
    else setState({ terms, text: `${text.trim() === '' ? '' : `${text.trim()} `}${field.field}:` })
    input.current?.focus()
  }
  useShortcut('/', () => input.current?.focus())

  return (
    <search className="sw-filter-bar">
      <label className="sw-search w-full md:w-[232px]">
        <Icon icon={ListFilter} />
        <span className="sw-visually-hidden">{placeholder}</span>
        <input
          ref={input}
          value={text}
          placeholder={placeholder}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          aria-keyshortcuts="/"
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return
            if (event.key === 'Enter') commit()
            else if (event.key === 'Backspace' && text === '' && terms.length > 0) {
              const last = terms.at(-1)
              report(terms.slice(0, -1), last ? writeTerm(last) : '')
              event.preventDefault()
            } else if (event.key === 'Escape') {
              event.stopPropagation()
              event.nativeEvent.stopImmediatePropagation()
              if (text === '') input.current?.blur()
              else report(terms, '')
            }
          }}
        />
        {text === '' ? (
          <span aria-hidden="true">
            <Kbd>/</Kbd>
          </span>
        ) : null}
      </label>
      <div className="sw-filter-chips">
        {terms.map((term, index) => (
          <Chip
            // biome-ignore lint/suspicious/noArrayIndexKey: the same term may be there twice
            key={`${writeTerm(term)} ${index}`}
            term={term}
            field={fields.find((field) => field.field === term.field)}
            onRemove={() =>
              report(
                terms.filter((_, other) => other !== index),
                text,
              )
            }
          />
        ))}
        {fields
          .filter((field) => field.offered !== false && !terms.some((term) => term.field === field.field))
          .map((field) => (
            <AddChip key={field.field} field={field} onAdd={(picked) => add(field, picked)} />
          ))}
        {children}
      </div>
      {summary ? (
        <span role="status" className="ml-auto text-12 text-text-2">
          {summary}
        </span>
      ) : null}
    </search>
  )
}

/** Field terms are chips; what follows as plain words is in the input. */
function splitDraft(value: string): { terms: readonly FilterTerm[]; text: string } {
  const all = parseFilter(value)
  return {
    terms: all.filter((term) => term.field !== null && term.value !== ''),
    text: all
      .filter((term) => term.field === null || term.value === '')
      .map((term) => (term.field === null ? writeTerm(term) : `${term.field}:`))
      .join(' '),
  }
}

function Chip({ term, field, onRemove }: { term: FilterTerm; field: FilterField | undefined; onRemove: () => void }) {
  const t = useTranslations('ui')
  // Of several values any one suffices: `power:running,paused`.
  const parts = term.value.split(/[,，]/)
  const labels = parts.map((part) => field?.values?.find(([value]) => value === part)?.[1])
  const known = labels.every((each) => each !== undefined)
  const bad = !field
    ? t('filter.badField', { field: term.field ?? '' })
    : field.closed && !known
      ? t('filter.badValue', { value: term.value, field: field.label })
      : undefined
  const shown = known ? labels.join(', ') : term.value
  const label = `${field?.label ?? term.field ?? ''} ${shown}`
  return (
    <span className={cx('sw-chip', bad && 'sw-chip-bad')} title={bad}>
      <span className={bad ? undefined : 'text-text-2'}>{field?.label ?? term.field}</span>
      <b className="sw-ellipsis">{term.exclude ? t('filter.exclude', { value: shown }) : shown}</b>
      {bad ? <span className="sw-visually-hidden">{bad}</span> : null}
      <button type="button" aria-label={t('filter.remove', { filter: label })} onClick={onRemove}>
        <Icon icon={X} small />
      </button>
    </span>
  )
}

function AddChip({ field, onAdd }: { field: FilterField; onAdd: (value: string | null) => void }) {
  const t = useTranslations('ui')
  const look = 'sw-chip sw-chip-add'
  const body = (
    <>
      <PlusMark />
      {field.label}
    </>
  )
  if (!field.values || field.values.length === 0)
    return (
      <button
        type="button"
        className={look}
        aria-label={t('filter.add', { field: field.label })}
        onClick={() => onAdd(null)}
      >
        {body}
      </button>
    )
  return (
    <Menu
      label={t('filter.add', { field: field.label })}
      trigger={(props) => (
        <button type="button" className={look} aria-label={t('filter.add', { field: field.label })} {...props}>
          {body}
        </button>
      )}
      items={field.values.map(([value, label]) => ({ id: value, label, onAction: () => onAdd(value) }))}
    />
  )
}

function PlusMark() {
  return (
    <svg
      className="sw-icon sw-icon-sm"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M5 12h14M12 5v14" />
    </svg>
  )
}
