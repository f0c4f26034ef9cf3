/** Notices in words: the page's own sentences, in the receiver's language, with a link. */
import type { Alert } from '@/lib/domain/alert'
import { SEVERITIES } from '@/lib/domain/alert'
import type { Channel, Notice } from '@/lib/domain/channel'
import type { OperationId } from '@/lib/domain/ids'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import type { Due } from '@/lib/engine/alerts/route'
import { type AlertTranslator, alertDetail, alertTitle } from '@/lib/i18n/alerts'
import { createFormat } from '@/lib/i18n/format'
import { translatorOutsidePages } from '@/lib/i18n/outside-pages'

/** A notice of many names so many and counts the rest. */
const NAMED = 10
/** How often an alert was told before grows with every notice it is in: a few of them tell two notices apart. */
const KEYED = 3

export type NoticeInput = {
  channel: Pick<Channel, 'id' | 'language'>
  due: readonly Due[]
  /** how often the channel was told of an alert before: part of the key, so that each telling is one notice */
  toldBefore: (alert: Alert) => number
  publicUrl: string
  timeZone: string
  now: Instant
}

/** One notice about one alert, or one about several. */
export function noticeOf(input: NoticeInput): Notice {
  const [first] = input.due
  if (first === undefined) throw new Error('a notice about nothing')
  return input.due.length === 1 ? noticeOfOne(input, first) : noticeOfMany(input)
}

function noticeOfOne({ channel, toldBefore, publicUrl, timeZone, now }: NoticeInput, { alert, why }: Due): Notice {
  const { t, format } = wordsOf(channel.language, timeZone)
  const title = alertTitle(alert, t, format)
  const lasted =
    alert.resolvedAt === null
      ? null
      : t('notice.lasted', { span: format.duration(elapsedMillis(alert.since, alert.resolvedAt)) })
  return {
    key: `${channel.id}.${alert.id}.${toldBefore(alert)}.${why}`,
    threadKey: alert.id,
    why,
    severity: alert.severity,
    resolved: why === 'resolved',
    title: titleOf(why, title, t),
    lines: [
      t('notice.severityLine', { severity: t(`severity.${alert.severity}`), kind: t(`kind.${alert.kind}`) }),
      ...(lasted === null ? [alertDetail(alert.kind, t)] : [lasted]),
      t('notice.since', { date: format.date(alert.since, 'moment', now) }),
    ],
    link: { text: t('notice.open'), url: `${publicUrl}/alerts/${alert.id}` },
    action:
      why === 'resolved' || alert.subject.of !== 'storage'
        ? null
        : { text: t('notice.plan'), url: `${publicUrl}/alerts/${alert.id}#do-this-first` },
    alertIds: [alert.id],
    at: now,
  }
}

function titleOf(why: Due['why'], title: string, t: AlertTranslator): string {
  if (why === 'resolved') return t('notice.resolved', { title })
  if (why === 'more-severe') return t('notice.raised', { title })
  if (why === 'repeat-due') return t('notice.repeat', { title })
  return why === 'escalated' ? t('notice.escalated', { title }) : title
}

function noticeOfMany({ channel, due, toldBefore, publicUrl, timeZone, now }: NoticeInput): Notice {
  const { t, format } = wordsOf(channel.language, timeZone)
  const worstFirst = [...due].sort(
    (a, b) => SEVERITIES.indexOf(b.alert.severity) - SEVERITIES.indexOf(a.alert.severity),
  )
  const open = worstFirst.filter(({ why }) => why !== 'resolved')
  const worst = open[0]?.alert ?? null
  const named = worstFirst.slice(0, NAMED).map(({ alert, why }) => titleOf(why, alertTitle(alert, t, format), t))
  return {
    key: `${channel.id}.many.${due.length}.${worstFirst
      .slice(0, KEYED)
      .map(({ alert, why }) => `${alert.id}:${toldBefore(alert)}:${why}`)
      .join(',')}.${now}`,
    threadKey: null,
    why: 'many',
    severity: worst?.severity ?? null,
    resolved: worst === null,
    title:
      worst === null
        ? t('notice.manyResolved', { count: due.length })
        : t('notice.many', { count: due.length, title: alertTitle(worst, t, format) }),
    lines: due.length > NAMED ? [...named, t('notice.more', { count: format.number(due.length - NAMED) })] : named,
    link: { text: t('notice.open'), url: `${publicUrl}/alerts` },
    action: null,
    alertIds: worstFirst.map(({ alert }) => alert.id),
    at: now,
  }
}

/** Says that an automatic clean-up was begun. It goes out whatever is silenced: something is being deleted. */
export function cleanUpNotice({
  channel,
  alert,
  operation,
  snapshots,
  publicUrl,
  timeZone,
  now,
}: Pick<NoticeInput, 'channel' | 'publicUrl' | 'timeZone' | 'now'> & {
  alert: Alert
  operation: OperationId
  snapshots: number
}): Notice {
  const { t, format } = wordsOf(channel.language, timeZone)
  const { subjectName: name, where } = alert
  return {
    key: `${channel.id}.${alert.id}.clean-up.${operation}`,
    threadKey: alert.id,
    why: 'clean-up',
    severity: alert.severity,
    resolved: false,
    title: t('notice.cleanUp', { count: snapshots, name, where }),
    lines: [alertTitle(alert, t, format), t('notice.cleanUpText')],
    link: { text: t('notice.open'), url: `${publicUrl}/operations/${operation}` },
    action: null,
    alertIds: [alert.id],
    at: now,
  }
}

/** What the test button sends. */
export function testNotice(input: {
  key: string
  language: Channel['language']
  publicUrl: string
  timeZone: string
  now: Instant
}): Notice {
  const { t } = wordsOf(input.language, input.timeZone)
  return {
    key: input.key,
    threadKey: null,
    why: 'test',
    severity: null,
    resolved: false,
    title: t('notice.test'),
    lines: [t('notice.testText')],
    link: { text: t('notice.open'), url: input.publicUrl },
    action: null,
    alertIds: [],
    at: input.now,
  }
}

const wordsOf = (language: Channel['language'], timeZone: string) => ({
  t: translatorOutsidePages(language, 'alerts') as AlertTranslator,
  format: createFormat(language, timeZone),
})
