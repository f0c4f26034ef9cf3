'use client'
/** A Reason as words: what is so, what to do next, and the way to try again. */
import { useTranslations } from 'next-intl'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { Notice } from '@/components/ui/notice'
import type { Severity } from '@/components/ui/severity'
import type { Reason } from '@/lib/domain/reason'
import { type ExplainWith, type Explanation, explainReason } from '@/lib/i18n/reasons'
import { useFormat } from '@/lib/i18n/use-format'
import { ReadError } from '@/lib/web/fetch-read'

/** Why a read did not answer; anything but a ReadError is our bug and passes on to the error page. */
export function reasonOfError(error: Error): Reason {
  if (error instanceof ReadError) return error.why
  throw error
}

/** What explaining a reason needs, in the reader's language. */
export function useExplainTools(): ExplainWith {
  const t = useTranslations('reasons')
  const words = useTranslations('words')
  const format = useFormat()
  const now = useNow()
  return { t, words, format, now }
}

/** Explains reasons in the reader's language. */
export function useExplain(): (reason: Reason) => Explanation {
  const tools = useExplainTools()
  return (reason) => explainReason(reason, tools)
}

/** The same as one text: what is so, then what to do. */
export function useReasonText(): (reason: Reason) => string {
  const common = useTranslations('common')
  const explain = useExplain()
  return (reason) => {
    const { title, action } = explain(reason)
    return common('sentences', { first: title, second: action })
  }
}

type Props = { reason: Reason; tone?: Severity; onRetry?: () => void }

export function ReasonNotice({ reason, tone = 'warning', onRetry }: Props) {
  const common = useTranslations('common')
  const { title, action } = useExplain()(reason)
  return (
    <Notice
      tone={tone}
      title={title}
      actions={
        onRetry === undefined ? undefined : (
          <Button size="sm" onClick={onRetry}>
            {common('actions.tryAgain')}
          </Button>
        )
      }
    >
      {action}
    </Notice>
  )
}
