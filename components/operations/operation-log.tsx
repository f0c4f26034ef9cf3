'use client'
/** The log as it grows: follows its end until somebody scrolls up to read, and says so. */
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { useExplain } from '@/components/inventory/reason-notice'
import { useNow } from '@/components/ui/clock'
import { CopyButton } from '@/components/ui/code-block'
import { SectionHeader } from '@/components/ui/page'
import type { OperationEvent, OperationStep } from '@/lib/domain/operation'
import { describeCommand } from '@/lib/i18n/commands'
import { useFormat } from '@/lib/i18n/use-format'

/** Nearer to the end than this counts as being at it. */
const AT_END_PX = 24

type Props = { log: readonly OperationEvent[]; steps: readonly OperationStep[]; following: boolean }

export function OperationLog({ log, steps, following }: Props) {
  const t = useTranslations('operations.log')
  const lines = useLogLines(log, steps)
  const box = useRef<HTMLDivElement>(null)
  const [follows, setFollows] = useState(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end
  useEffect(() => {
    if (follows && box.current !== null) box.current.scrollTop = box.current.scrollHeight
  }, [lines.length, follows])
  const text = lines.map((line) => `${line.at}  ${line.text}`).join('\n')
  return (
    <section className="mt-5">
      <SectionHeader
        title={t('heading')}
        end={
          <span className="flex items-center gap-2">
            {following &&
              (follows ? (
                <span className="text-text-2">{t('following')}</span>
              ) : (
                <button type="button" className="sw-link" onClick={() => setFollows(true)}>
                  {t('follow')}
                </button>
              ))}
            {lines.length > 0 && <CopyButton text={text} />}
          </span>
        }
      />
      <div
        ref={box}
        className="sw-log"
        role="log"
        aria-live="polite"
        aria-label={t('label')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a log that scrolls is reached and scrolled by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: log }) =>
          setFollows(log.scrollHeight - log.scrollTop - log.clientHeight < AT_END_PX)
        }
      >
        {lines.length === 0 && <span className="text-text-3">{t('empty')}</span>}
        {lines.map((line) => (
          <div key={line.seq}>
            <span className="at">{line.at}</span>
            <span>{line.text}</span>
          </div>
        ))}
      </div>
    </section>
  )
}

type LogLine = { seq: number; at: string; text: string }

/** Events worth a line: what the hypervisor said as it said it, steps and states in our words. Progress has its bar. */
function useLogLines(log: readonly OperationEvent[], steps: readonly OperationStep[]): LogLine[] {
  const t = useTranslations('operations')
  const commands = useTranslations('commands')
  const format = useFormat()
  const now = useNow()
  const explain = useExplain()
  return log.flatMap((event): LogLine[] => {
    const text = textOf(event)
    return text === null ? [] : [{ seq: event.seq, at: format.date(event.at, 'seconds', now), text }]
  })

  function textOf(event: OperationEvent): string | null {
    switch (event.event) {
      case 'log':
        return event.line
      case 'state':
        return t(`state.${event.state}`)
      case 'step': {
        const command = steps.find((step) => step.key === event.key)?.command
        const title = command === undefined ? event.key : describeCommand(command, { t: commands, format }).title
        const why = event.why === null ? '' : `. ${explain(event.why).title}`
        return `${title}: ${t(`step.${event.state}`)}${why}`
      }
      case 'progress':
        return null
    }
  }
}
