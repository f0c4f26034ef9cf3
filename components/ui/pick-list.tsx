'use client'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Checkbox } from './choice'

export type PickOption = { id: string; label: string; note?: string }

/** Fewer are read faster than searched. */
const FILTERED_FROM = 9
/** More are found by typing, not by scrolling. */
const SHOWN = 40

/**
 * Several of many, by name. What was chosen comes first and stays chosen while a filter hides it; each id is one field
 * `name` of the form. An id that has no option any more is shown as such, and can be taken out.
 */
export function PickList({
  label,
  hint,
  name,
  options,
  chosen,
}: {
  label: string
  hint: string
  name: string
  options: readonly PickOption[]
  chosen: readonly string[]
}) {
  const t = useTranslations('ui')
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set(chosen))
  const [text, setText] = useState('')
  const known = new Set(options.map(({ id }) => id))
  const gone: PickOption[] = chosen.filter((id) => !known.has(id)).map((id) => ({ id, label: t('pickGone') }))
  const rank = ({ id }: PickOption) => (chosen.includes(id) ? 0 : 1)
  const wanted = text.trim().toLowerCase()
  const found: PickOption[] = [...gone, ...options]
    .filter(({ label: word, note = '' }) => `${word} ${note}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b))
  const toggle = (id: string) => {
    const next = new Set(ids)
    if (!next.delete(id)) next.add(id)
    setIds(next)
  }
  return (
    <fieldset className="sw-field">
      <legend className="sw-label mb-[5px]">{label}</legend>
      {options.length >= FILTERED_FROM && (
        <input
          type="search"
          className="sw-input mb-2"
          aria-label={t('pickFilter', { label })}
          placeholder={t('pickPlaceholder')}
          value={text}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            // Enter here looks for something; it does not save the form.
            if (event.key === 'Enter') event.preventDefault()
          }}
        />
      )}
      <div className="sw-pick-list">
        {found.slice(0, SHOWN).map(({ id, label: word, note }) => (
          <Checkbox
            key={id}
            label={
              <>
                {word}
                {note !== undefined && <span className="text-text-3"> {note}</span>}
              </>
            }
            checked={ids.has(id)}
            onChange={() => toggle(id)}
          />
        ))}
      </div>
      <p className="sw-hint" role="status">
        {found.length === 0
          ? t('pickNone')
          : found.length > SHOWN
            ? t('pickMore', { count: found.length - SHOWN })
            : ids.size === 0
              ? hint
              : t('pickChosen', { count: String(ids.size) })}
      </p>
      {[...ids].map((id) => (
        <input key={id} type="hidden" name={name} value={id} />
      ))}
    </fieldset>
  )
}
