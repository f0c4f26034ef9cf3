'use client'
/** The part of overlays.tsx that carries react-aria. Never import this directly: it would join the first load. */
import { Check, X } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useLocale, useTranslations } from 'next-intl'
import type { ReactNode, RefObject } from 'react'
import {
  Dialog as AriaDialog,
  Menu as AriaMenu,
  Popover as AriaPopover,
  Header,
  Heading,
  I18nProvider,
  MenuItem,
  Modal,
  ModalOverlay,
  RouterProvider,
  Separator,
} from 'react-aria-components'
import { IconButton } from './button'
import { cx } from './class-names'
import { Icon } from './icon'
import type { DialogProps, MenuEntry, MenuProps, PopoverProps } from './overlays'

/** react-aria speaks a few words itself; they are in the reader's language, and its links use our router. */
function Setting({ children }: { children: ReactNode }) {
  const locale = useLocale()
  const router = useRouter()
  return (
    <I18nProvider locale={locale === 'en-XA' ? 'en' : locale}>
      <RouterProvider navigate={(path) => router.push(path)}>{children}</RouterProvider>
    </I18nProvider>
  )
}

export function LoadedDialog({
  kind,
  open,
  onClose,
  title,
  children,
  footer,
  size = 'md',
  dismissable = true,
  role = 'dialog',
}: DialogProps & { kind: 'dialog' | 'drawer' }) {
  const t = useTranslations('ui')
  return (
    <Setting>
      <ModalOverlay
        isOpen={open}
        onOpenChange={(next) => next || onClose()}
        isDismissable={dismissable}
        className={kind === 'dialog' ? 'sw-scrim' : 'sw-drawer-scrim'}
      >
        <Modal className={kind === 'drawer' ? 'sw-drawer' : cx('sw-dialog', size !== 'md' && `sw-dialog-${size}`)}>
          <AriaDialog role={role} data-own-keys="">
            <div className="sw-dialog-head">
              <Heading slot="title">{title}</Heading>
              <IconButton icon={X} label={t('close')} onClick={onClose} quietTip />
            </div>
            <div className="sw-dialog-body">{children}</div>
            {footer ? <div className="sw-dialog-foot">{footer}</div> : null}
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </Setting>
  )
}

type Anchored = {
  triggerRef: RefObject<HTMLButtonElement | null>
  open: boolean
  onOpenChange: (open: boolean) => void
  placement: 'bottom start' | 'bottom end' | 'top start' | 'top end'
}

export function LoadedPopover({
  label,
  children,
  triggerRef,
  open,
  onOpenChange,
  placement,
}: Omit<PopoverProps, 'trigger' | 'placement'> & Anchored) {
  return (
    <Setting>
      <AriaPopover
        triggerRef={triggerRef}
        isOpen={open}
        onOpenChange={onOpenChange}
        placement={placement}
        offset={6}
        className="sw-popover"
      >
        <AriaDialog aria-label={label} className="sw-popover-body">
          {typeof children === 'function' ? children(() => onOpenChange(false)) : children}
        </AriaDialog>
      </AriaPopover>
    </Setting>
  )
}

export function LoadedMenu({
  label,
  items,
  selected,
  multiple = false,
  onSelect,
  triggerRef,
  open,
  onOpenChange,
  placement,
}: Omit<MenuProps, 'trigger' | 'placement'> & Anchored) {
  const choosing = selected !== undefined
  return (
    <Setting>
      <AriaPopover
        triggerRef={triggerRef}
        isOpen={open}
        onOpenChange={onOpenChange}
        placement={placement}
        offset={6}
        aria-label={label}
        className="sw-popover"
      >
        <AriaMenu
          aria-label={label}
          autoFocus="first"
          className="sw-menu"
          onClose={() => onOpenChange(false)}
          selectionMode={choosing ? (multiple ? 'multiple' : 'single') : 'none'}
          {...(selected && { selectedKeys: selected })}
          disallowEmptySelection={choosing && !multiple}
          shouldCloseOnSelect={!multiple}
          onSelectionChange={(keys) => {
            if (keys !== 'all') onSelect?.(new Set([...keys].map(String)))
          }}
        >
          {items.map((item) => (
            <Entry key={item.id} item={item} choosing={choosing} />
          ))}
        </AriaMenu>
      </AriaPopover>
    </Setting>
  )
}

function Entry({ item, choosing }: { item: MenuEntry; choosing: boolean }) {
  if ('separator' in item) return <Separator className="sw-menu-line" />
  if ('heading' in item) return <Header className="sw-menu-head">{item.heading}</Header>
  const off = Boolean(item.disabledReason)
  const note = item.disabledReason ?? item.note
  return (
    <MenuItem
      id={item.id}
      textValue={item.label}
      className={cx('sw-menu-item', item.danger && !off && 'sw-menu-danger')}
      {...(off ? { 'data-disabled': true, shouldCloseOnSelect: false } : {})}
      {...(item.onAction && !off && { onAction: item.onAction })}
      {...(item.href && !off && { href: item.href })}
    >
      {({ isSelected }) => (
        <>
          {item.icon ? <Icon icon={item.icon} /> : null}
          <span className={cx('label', off && 'text-text-disabled')}>
            {item.label}
            {note ? <span className="sw-menu-note">{note}</span> : null}
          </span>
          {choosing ? <span className="w-4">{isSelected ? <Icon icon={Check} /> : null}</span> : null}
        </>
      )}
    </MenuItem>
  )
}
