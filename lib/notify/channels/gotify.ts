/** Gotify: POST /message with the token of an application, https://gotify.net/api-docs. */
import type { ChannelSettings } from '../../domain/channel'
import { post } from '../http'
import type { Send } from '../port'

/** From 8 on Gotify's apps make a sound. */
const PRIORITY = { warning: 5, critical: 8, emergency: 10 } as const

export const sendGotify: Send<Extract<ChannelSettings, { kind: 'gotify' }>> = (
  { settings, secret, anyAddress },
  notice,
  signal,
) =>
  post(
    {
      url: `${settings.url.replace(/\/+$/, '')}/message`,
      anyAddress,
      headers: { 'x-gotify-key': secret.token ?? '' },
      body: JSON.stringify({
        title: notice.title,
        message: notice.lines.length === 0 ? notice.title : notice.lines.join('\n'),
        priority: notice.resolved || notice.severity === null ? PRIORITY.warning : PRIORITY[notice.severity],
        extras: { 'client::notification': { click: { url: notice.action?.url ?? notice.link.url } } },
      }),
    },
    signal,
  )
