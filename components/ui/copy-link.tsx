'use client'
import { Check, Link2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { IconButton } from './button'
import { useCopy } from './copy'
import { useShortcut } from './keyboard'

/** Copies the link of this page, or of `path`, to send to somebody; `c` does the same. */
export function CopyLink({ path, className }: { path?: string; className?: string }) {
  const t = useTranslations('ui.copyLink')
  const { state, copy } = useCopy()
  const copyIt = () => copy(new URL(path ?? window.location.href, window.location.href).href)
  useShortcut('c', copyIt)
  return (
    <>
      <IconButton
        icon={state === 'copied' ? Check : Link2}
        framed
        {...(className !== undefined && { className })}
        label={t(state)}
        aria-keyshortcuts="c"
        onClick={copyIt}
      />
      <span aria-live="polite" className="sw-visually-hidden">
        {state === 'idle' ? '' : t(state)}
      </span>
    </>
  )
}
