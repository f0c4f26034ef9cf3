'use client'
import { Check, Copy } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { Button, IconButton } from './button'
import { cx } from './class-names'

/** Copies and says so for two seconds; where the browser refuses, says that instead. */
function useCopy(text: string): { state: 'idle' | 'copied' | 'failed'; copy: () => void } {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = () => {
    // The clipboard exists only on https and localhost.
    if (!navigator.clipboard) {
      setState('failed')
      return
    }
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  }
  return { state, copy }
}

/** A command or an excerpt to copy. `inline` is one line in a sentence's place. */
export function CodeBlock({
  code,
  inline = false,
  wrap = false,
  copy = true,
}: {
  code: string
  inline?: boolean
  wrap?: boolean
  copy?: boolean
}) {
  const t = useTranslations('ui')
  const clip = useCopy(code)
  return (
    <div className={cx('sw-code', inline && 'sw-code-inline', wrap && 'sw-code-wrap')}>
      <pre tabIndex={inline ? undefined : 0}>{code}</pre>
      {copy ? (
        <IconButton
          small
          className="sw-copy"
          icon={clip.state === 'copied' ? Check : Copy}
          label={clip.state === 'idle' ? t('copy') : clip.state === 'copied' ? t('copied') : t('copyFailed')}
          onClick={clip.copy}
        />
      ) : null}
      <span aria-live="polite" className="sw-visually-hidden">
        {clip.state === 'copied' ? t('copied') : clip.state === 'failed' ? t('copyFailed') : ''}
      </span>
    </div>
  )
}

/** A Copy button for text shown elsewhere. */
export function CopyButton({ text, size = 'sm', label }: { text: string; size?: 'sm' | 'md'; label?: string }) {
  const t = useTranslations('ui')
  const clip = useCopy(text)
  return (
    <>
      <Button size={size} icon={clip.state === 'copied' ? Check : Copy} onClick={clip.copy}>
        {clip.state === 'copied' ? t('copied') : (label ?? t('copy'))}
      </Button>
      <span aria-live="polite" className="sw-visually-hidden">
        {clip.state === 'copied' ? t('copied') : clip.state === 'failed' ? t('copyFailed') : ''}
      </span>
    </>
  )
}
