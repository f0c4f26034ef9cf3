import type { LucideIcon } from 'lucide-react'
import { cx } from './class-names'

/** A line icon at 16 px (14 when small). Always decoration; the words beside it carry the meaning. */
export function Icon({
  icon: Glyph,
  small = false,
  className,
}: {
  icon: LucideIcon
  small?: boolean
  className?: string
}) {
  return <Glyph aria-hidden="true" className={cx('sw-icon', small && 'sw-icon-sm', className)} strokeWidth={1.6} />
}
