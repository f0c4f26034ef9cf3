'use client'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { CodeBlock } from '@/components/ui/code-block'
import { Notice } from '@/components/ui/notice'
import { useFormat } from '@/lib/i18n/use-format'
import type { NewSecret } from './new-token'

/** The secret of a new token, this once, with a request to try it. It stays until it is put away. */
export function TokenSecret({ made, onDone }: { made: NewSecret; onDone: () => void }) {
  const t = useTranslations('settings.tokens.ready')
  const format = useFormat()
  const now = useNow()
  const origin = useOrigin()
  const place = useRef<HTMLElement>(null)
  useEffect(() => place.current?.focus(), [])
  return (
    <section
      ref={place}
      tabIndex={-1}
      aria-label={t('secret')}
      className="px-6 max-md:px-4 pt-4 max-w-220 focus:outline-none"
    >
      <Notice
        tone="ok"
        live="polite"
        title={t('title', { name: made.name, date: format.date(made.expiresAt, 'full', now) })}
        actions={<Button onClick={onDone}>{t('done')}</Button>}
      >
        <p>{t('text')}</p>
        <div className="mt-2 flex flex-col gap-2">
          <CodeBlock code={made.secret} wrap />
          <p>{t('example')}</p>
          <CodeBlock code={`curl -H "Authorization: Bearer $SNAPWARDEN_TOKEN" ${origin}/api/v1/guests`} wrap />
        </div>
      </Notice>
    </section>
  )
}

const never = () => () => undefined
/** The address this browser uses, which is the one that works from here. */
const useOrigin = (): string =>
  useSyncExternalStore(
    never,
    () => window.location.origin,
    () => '',
  )
