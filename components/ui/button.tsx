'use client'
import type { LucideIcon } from 'lucide-react'
import Link from 'next/link'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cx } from './class-names'
import { Icon } from './icon'
import { KeyHint } from './kbd'
import { Tooltip } from './tooltip'
import { VisuallyHidden } from './visually-hidden'

export type ButtonLook = {
  /** primary: at most one per screen. danger: only the last button of a destructive flow. */
  variant?: 'primary' | 'secondary' | 'danger' | 'quiet'
  /** sm 26 px, md 30 px, lg 36 px; on a phone all are at least 40 px */
  size?: 'sm' | 'md' | 'lg'
  icon?: LucideIcon
  /** fills its container */
  full?: boolean
  /** the key that does the same, e.g. `S` or `Esc` */
  keys?: string
}

const buttonClass = ({ variant = 'secondary', size = 'md', full = false }: ButtonLook): string =>
  cx('sw-btn', variant !== 'secondary' && `sw-btn-${variant}`, size !== 'md' && `sw-btn-${size}`, full && 'sw-btn-full')

type ButtonProps = ButtonLook &
  Omit<ComponentProps<'button'>, 'disabled' | 'className'> & {
    /** Why it cannot be used now. The button stays focusable and tells the reason. */
    disabledReason?: string | null | undefined
    /** Something of ours is running: focusable, not pressable, and says so. */
    busy?: boolean
    disabled?: boolean
    className?: string
  }

/** A button. Give `disabledReason`, not `disabled`, whenever there is a reason a person could act on. */
export function Button({
  variant,
  size,
  icon,
  full,
  keys,
  disabledReason,
  busy = false,
  disabled = false,
  children,
  className,
  type = 'button',
  onClick,
  ...rest
}: ButtonProps) {
  const reasonId = useId()
  const off = Boolean(disabledReason) || busy
  const button = (
    <button
      {...rest}
      type={off ? 'button' : type}
      disabled={disabled && !off}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-describedby={disabledReason ? reasonId : rest['aria-describedby']}
      aria-keyshortcuts={keys ?? rest['aria-keyshortcuts']}
      onClick={off ? undefined : onClick}
      className={cx(
        buttonClass({ ...(variant && { variant }), ...(size && { size }), ...(full && { full }) }),
        className,
      )}
    >
      {icon ? <Icon icon={icon} /> : null}
      {children}
      {keys ? <KeyHint>{keys}</KeyHint> : null}
    </button>
  )
  if (!disabledReason) return button
  return (
    <Tooltip text={disabledReason}>
      {button}
      <VisuallyHidden>
        <span id={reasonId}>{disabledReason}</span>
      </VisuallyHidden>
    </Tooltip>
  )
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'className' | 'children' | 'aria-label' | 'disabled'> & {
  icon: LucideIcon
  /** its name, also shown as tooltip */
  label: string
  framed?: boolean
  small?: boolean
  /** no tooltip, e.g. when it opens a menu at once */
  quietTip?: boolean
  disabledReason?: string | null | undefined
  className?: string
}

/** A button that is only an icon; its name is a tooltip. */
export function IconButton({
  icon,
  label,
  framed = false,
  small = false,
  quietTip = false,
  disabledReason,
  className,
  onClick,
  type = 'button',
  ...rest
}: IconButtonProps) {
  const button = (
    <button
      {...rest}
      type={type}
      aria-label={label}
      aria-disabled={disabledReason ? true : undefined}
      onClick={disabledReason ? undefined : onClick}
      className={cx('sw-icon-btn', framed && 'sw-icon-btn-framed', small && 'sw-icon-btn-sm', className)}
    >
      <Icon icon={icon} small={small} />
    </button>
  )
  return quietTip ? button : <Tooltip text={disabledReason ?? label}>{button}</Tooltip>
}

/** A link that looks like a button: for going somewhere, never for changing something. */
export function ButtonLink({
  variant,
  size,
  icon,
  full,
  keys,
  children,
  className,
  ...rest
}: ButtonLook & Omit<ComponentProps<typeof Link>, 'className'> & { className?: string; children?: ReactNode }) {
  return (
    <Link
      {...rest}
      className={cx(
        buttonClass({ ...(variant && { variant }), ...(size && { size }), ...(full && { full }) }),
        className,
      )}
    >
      {icon ? <Icon icon={icon} /> : null}
      {children}
      {keys ? <KeyHint>{keys}</KeyHint> : null}
    </Link>
  )
}
