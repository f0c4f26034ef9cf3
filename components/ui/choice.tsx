import { ChevronsUpDown } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { describedBy, Field } from './field'
import { Icon } from './icon'

/** The browser's own list: best on a phone, works without script. Options are `[value, label]`. */
export function Select({
  label,
  hint,
  error,
  options,
  id,
  ...rest
}: {
  label: string
  hint?: ReactNode
  error?: string | null | undefined
  options: readonly (readonly [value: string, label: string])[]
} & Omit<ComponentProps<'select'>, 'className' | 'children'>) {
  const own = useId()
  const fieldId = id ?? own
  return (
    <Field id={fieldId} label={label} hint={hint} error={error}>
      <span className="sw-select">
        <select
          {...rest}
          id={fieldId}
          className="sw-input"
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(fieldId, { hint: Boolean(hint), error: Boolean(error) })}
        >
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
        <Icon icon={ChevronsUpDown} small />
      </span>
    </Field>
  )
}

/** A box to tick, with its sentence and an optional explanation below. */
export function Checkbox({
  label,
  hint,
  strong = false,
  ...rest
}: { label: ReactNode; hint?: ReactNode; strong?: boolean } & Omit<ComponentProps<'input'>, 'type' | 'className'>) {
  const own = useId()
  return (
    <div className="sw-check-row">
      <input
        {...rest}
        id={rest.id ?? own}
        type="checkbox"
        className="sw-check"
        aria-describedby={hint ? `${own}-hint` : undefined}
      />
      <div>
        <label htmlFor={rest.id ?? own} className={strong ? 'font-strong' : undefined}>
          {label}
        </label>
        {hint ? (
          <div id={`${own}-hint`} className="sw-hint mt-[3px]">
            {hint}
          </div>
        ) : null}
      </div>
    </div>
  )
}

/** On or off, in force at once. A row of settings: words left, switch right. */
export function SwitchRow({
  label,
  hint,
  ...rest
}: { label: ReactNode; hint?: ReactNode } & Omit<ComponentProps<'input'>, 'type' | 'className' | 'role'>) {
  const own = useId()
  return (
    <div className="sw-setting-row">
      <label htmlFor={own} className="flex-1 min-w-0">
        <span className="font-strong">{label}</span>
        {hint ? <span className="text-text-2"> {hint}</span> : null}
      </label>
      {/* biome-ignore lint/a11y/useAriaPropsForRole: a native checkbox brings its own checked state */}
      <input {...rest} id={own} type="checkbox" role="switch" className="sw-switch" />
    </div>
  )
}

type Option<Value extends string> = {
  value: Value
  label: ReactNode
  hint?: ReactNode
  disabledReason?: string | null | undefined
}
type Choice<Value extends string> = {
  /** name of the group, read before the options */
  label: string
  /** form field name; also groups the radio buttons */
  name: string
  options: readonly Option<Value>[]
  value?: Value
  defaultValue?: Value
  onChange?: (value: Value) => void
}

/** Two to four short alternatives side by side. */
export function Segmented<Value extends string>({
  label,
  name,
  options,
  value,
  defaultValue,
  onChange,
  small = false,
  hideLabel = false,
}: Choice<Value> & { small?: boolean; hideLabel?: boolean }) {
  return (
    <fieldset className="sw-field">
      <legend className={hideLabel ? 'sw-visually-hidden' : 'sw-label mb-[5px]'}>{label}</legend>
      <span className={small ? 'sw-segmented sw-segmented-sm' : 'sw-segmented'}>
        {options.map((option) => (
          <label key={option.value} title={option.disabledReason ?? undefined}>
            <input {...radio(option, { name, value, defaultValue, onChange })} />
            <span className="relative pointer-events-none">{option.label}</span>
          </label>
        ))}
      </span>
    </fieldset>
  )
}

/** Alternatives that need a sentence each. */
export function RadioCards<Value extends string>({
  label,
  name,
  options,
  value,
  defaultValue,
  onChange,
  columns = 1,
}: Choice<Value> & { columns?: 1 | 2 | 3 }) {
  return (
    <fieldset className="sw-field">
      <legend className="sw-label mb-[5px]">{label}</legend>
      <div
        className={columns === 1 ? 'sw-cards' : columns === 2 ? 'sw-cards md:grid-cols-2' : 'sw-cards md:grid-cols-3'}
      >
        {options.map((option) => (
          <label key={option.value} className="sw-card">
            <input {...radio(option, { name, value, defaultValue, onChange })} className="sw-radio" />
            <span>
              <span className="font-strong">{option.label}</span>
              {option.hint ? <span className="block text-text-2 mt-[2px]">{option.hint}</span> : null}
              {option.disabledReason ? <span className="block sw-hint mt-[2px]">{option.disabledReason}</span> : null}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function radio<Value extends string>(
  option: Option<Value>,
  group: Pick<Choice<Value>, 'name'> & {
    value: Value | undefined
    defaultValue: Value | undefined
    onChange: ((value: Value) => void) | undefined
  },
) {
  const { onChange } = group
  return {
    type: 'radio' as const,
    name: group.name,
    value: option.value,
    disabled: Boolean(option.disabledReason),
    ...(group.value === undefined
      ? { defaultChecked: group.defaultValue === option.value }
      : { checked: group.value === option.value }),
    ...(onChange ? { onChange: () => onChange(option.value) } : group.value === undefined ? {} : { readOnly: true }),
  }
}
