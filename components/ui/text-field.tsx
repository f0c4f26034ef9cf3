'use client'
import { Eye, EyeOff } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type ComponentProps, type ReactNode, useId, useState } from 'react'
import { IconButton } from './button'
import { cx } from './class-names'
import { describedBy, Field } from './field'

type Common = {
  label: string
  hint?: ReactNode
  /** what is wrong and how to put it right; null when it is fine */
  error?: string | null | undefined
  /** marks the field as optional in words */
  optional?: boolean
  /** for fingerprints, commands, paths, codes */
  mono?: boolean
}

type TextFieldProps = Common & Omit<ComponentProps<'input'>, 'size' | 'className'> & { large?: boolean }

/** One line of text. `type="password"` gets a button that shows it. Controlled or not, as a plain input. */
export function TextField({
  label,
  hint,
  error,
  optional = false,
  mono = false,
  large = false,
  id,
  type,
  ...rest
}: TextFieldProps) {
  const t = useTranslations('ui')
  const own = useId()
  const fieldId = id ?? own
  const [shown, setShown] = useState(false)
  const secret = type === 'password'
  const wired = {
    ...rest,
    id: fieldId,
    type: secret && shown ? 'text' : type,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': describedBy(fieldId, { hint: Boolean(hint), error: Boolean(error) }),
  }
  const look = cx('sw-input', mono && 'sw-mono', large && 'sw-input-lg')
  return (
    <Field id={fieldId} label={label} note={optional ? t('optional') : undefined} hint={hint} error={error}>
      {secret ? (
        <div className={look}>
          <input {...wired} />
          <IconButton
            small
            icon={shown ? EyeOff : Eye}
            label={shown ? t('hideSecret', { label }) : t('showSecret', { label })}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          />
        </div>
      ) : (
        <input {...wired} className={look} />
      )}
    </Field>
  )
}

/** Several lines of text: keys, certificates, notes. */
export function TextArea({
  label,
  hint,
  error,
  optional = false,
  mono = false,
  id,
  ...rest
}: Common & Omit<ComponentProps<'textarea'>, 'className'>) {
  const t = useTranslations('ui')
  const own = useId()
  const fieldId = id ?? own
  return (
    <Field id={fieldId} label={label} note={optional ? t('optional') : undefined} hint={hint} error={error}>
      <textarea
        {...rest}
        id={fieldId}
        className={cx('sw-input', mono && 'sw-mono')}
        spellCheck={mono ? false : rest.spellCheck}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(fieldId, { hint: Boolean(hint), error: Boolean(error) })}
      />
    </Field>
  )
}
