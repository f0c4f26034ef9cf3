/** PagerDuty Events API v2: an alert is triggered and resolved under one key, so that a second try adds nothing. */
import type { ChannelSettings, Notice } from '../../domain/channel'
import { post } from '../http'
import type { Send } from '../port'
import { cut, plainText } from '../text'

const SERVER = 'https://events.pagerduty.com'
/** Longer summaries are refused. */
const SUMMARY = 1024
const SEVERITY = { warning: 'warning', critical: 'error', emergency: 'critical' } as const

/** `server` is another one in tests, and in PagerDuty's European region. */
export const sendPagerDutyTo =
  (server: string): Send<Extract<ChannelSettings, { kind: 'pagerduty' }>> =>
  ({ secret, anyAddress }, notice, signal) =>
    post({ url: `${server}/v2/enqueue`, body: JSON.stringify(eventOf(secret.token ?? '', notice)), anyAddress }, signal)

export const sendPagerDuty = sendPagerDutyTo(SERVER)

function eventOf(routingKey: string, notice: Notice) {
  return {
    routing_key: routingKey,
    event_action: notice.resolved ? 'resolve' : 'trigger',
    dedup_key: notice.threadKey ?? notice.key,
    client: 'Snapwarden',
    client_url: notice.link.url,
    payload: {
      summary: cut(notice.title, SUMMARY),
      source: 'Snapwarden',
      severity: notice.severity === null ? 'info' : SEVERITY[notice.severity],
      timestamp: notice.at,
      custom_details: { text: plainText(notice) },
    },
    links: [...(notice.action === null ? [] : [notice.action]), notice.link].map(({ text, url }) => ({
      text,
      href: url,
    })),
  }
}
