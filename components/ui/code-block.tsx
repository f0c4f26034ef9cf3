'use client'
import { Check, Copy } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Button, IconButton } from './button'
import { cx } from './class-names'
import { useCopy } from './copy'

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
  const clip = useCopy()
  return (
    <div className={cx('sw-code', inline && 'sw-code-inline', wrap && 'sw-code-wrap')}>
      <pre tabIndex={inline ? undefined : 0}>{code}</pre>
      {copy ? (
        <IconButton
          small
          className="sw-copy"
          icon={clip.state === 'copied' ? Check : Copy}
          label={clip.state === 'idle' ? t('copy') : clip.state === 'copied' ? t('copied') : t('copyFailed')}
          onClick={() => clip.copy(code)}
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
  const clip = useCopy()
  return (
    <>
      <Button size={size} icon={clip.state === 'copied' ? Check : Copy} onClick={() => clip.copy(text)}>
        {clip.state === 'copied' ? t('copied') : (label ?? t('copy'))}
      </Button>
      <span aria-live="polite" className="sw-visually-hidden">
        {clip.state === 'copied' ? t('copied') : clip.state === 'failed' ? t('copyFailed') : ''}
      </span>
    </>
  )
}
