'use client'
import type { LucideIcon } from 'lucide-react'
import { lazy, type ReactNode, type RefObject, Suspense, useRef, useState } from 'react'

/**
 * Dialogs, drawers, menus and popovers. What makes them accessible (react-aria) is loaded when the first one is about
 * to open: hovering or focusing a trigger is enough to start.
 */

const load = () => import('./overlays-loaded')
const LoadedDialog = lazy(() => load().then((module) => ({ default: module.LoadedDialog })))
const LoadedMenu = lazy(() => load().then((module) => ({ default: module.LoadedMenu })))
const LoadedPopover = lazy(() => load().then((module) => ({ default: module.LoadedPopover })))

/** Starts loading without waiting; a failure shows when the overlay is really opened. */
export function preloadOverlays(): void {
  load().catch((error: unknown) => console.warn('Overlays could not be loaded ahead', error))
}

export type DialogProps = {
  open: boolean
  /** Esc, the close button, or a press outside */
  onClose: () => void
  title: ReactNode
  children: ReactNode
  /** buttons, the primary one last */
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg'
  /** a press outside closes it; leave off where something was typed */
  dismissable?: boolean
  /** `alertdialog` for a question that must be answered */
  role?: 'dialog' | 'alertdialog'
}

/** A dialog in the middle; on a phone a sheet at the bottom. Focus goes in, and back to where it was on closing. */
export function Dialog(props: DialogProps) {
  return <WhenOpened open={props.open}>{() => <LoadedDialog {...props} kind="dialog" />}</WhenOpened>
}

/** Details over the right edge. Where there is room, prefer a side panel in the page (`sw-split`). */
export function Drawer(props: Omit<DialogProps, 'size' | 'role'>) {
  return <WhenOpened open={props.open}>{() => <LoadedDialog {...props} kind="drawer" />}</WhenOpened>
}

/** What to put on the element that opens a menu or popover. */
type TriggerProps = {
  ref: RefObject<HTMLButtonElement | null>
  'aria-haspopup': 'menu' | 'dialog'
  'aria-expanded': boolean
  onClick: () => void
  onPointerEnter: () => void
  onFocus: () => void
}
type Placement = 'bottom start' | 'bottom end' | 'top start' | 'top end'

export type MenuEntry =
  | {
      id: string
      label: string
      /** a second, grey line */
      note?: string
      icon?: LucideIcon
      onAction?: () => void
      /** goes there; a real link */
      href?: string
      danger?: boolean
      /** stays focusable and tells why it does nothing */
      disabledReason?: string | null | undefined
    }
  | { id: string; separator: true }
  | { id: string; heading: string }

export type MenuProps = {
  /** names the menu for screen readers */
  label: string
  trigger: (props: TriggerProps) => ReactNode
  items: readonly MenuEntry[]
  placement?: Placement
  /** ids of ticked entries: one = a choice (radio), `multiple` = several (check boxes, stays open) */
  selected?: ReadonlySet<string>
  multiple?: boolean
  onSelect?: (selected: ReadonlySet<string>) => void
}

/** A menu under its trigger: arrows, Home, End, type-ahead, Esc. */
export function Menu({ trigger, placement = 'bottom start', ...rest }: MenuProps) {
  const { props, open, setOpen } = useTrigger('menu')
  return (
    <>
      {trigger(props)}
      <WhenOpened open={open}>
        {() => <LoadedMenu {...rest} placement={placement} triggerRef={props.ref} open={open} onOpenChange={setOpen} />}
      </WhenOpened>
    </>
  )
}

export type PopoverProps = {
  label: string
  trigger: (props: TriggerProps) => ReactNode
  /** gets a function that closes it */
  children: ReactNode | ((close: () => void) => ReactNode)
  placement?: Placement
}

/** A small panel under its trigger. */
export function Popover({ trigger, placement = 'bottom start', ...rest }: PopoverProps) {
  const { props, open, setOpen } = useTrigger('dialog')
  return (
    <>
      {trigger(props)}
      <WhenOpened open={open}>
        {() => (
          <LoadedPopover {...rest} placement={placement} triggerRef={props.ref} open={open} onOpenChange={setOpen} />
        )}
      </WhenOpened>
    </>
  )
}

function useTrigger(kind: 'menu' | 'dialog') {
  const ref = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const props: TriggerProps = {
    ref,
    'aria-haspopup': kind,
    'aria-expanded': open,
    onClick: () => setOpen(true),
    onPointerEnter: preloadOverlays,
    onFocus: preloadOverlays,
  }
  return { props, open, setOpen }
}

/** Mounts on first opening and stays, so that closing can be animated. */
function WhenOpened({ open, children }: { open: boolean; children: () => ReactNode }) {
  const [opened, setOpened] = useState(open)
  if (open && !opened) setOpened(true)
  return opened ? <Suspense fallback={null}>{children()}</Suspense> : null
}
