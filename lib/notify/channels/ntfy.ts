/** ntfy: https://docs.ntfy.sh/publish/#publish-as-json. */
import type { ChannelSettings, Notice } from '../../domain/channel'
import { post } from '../http'
import type { Send } from '../port'
import { cutBytes } from '../text'

/** Longer messages arrive as an attachment, which nobody reads at night. */
const MESSAGE_BYTES = 4096
const PRIORITY = { warning: 3, critical: 4, emergency: 5 } as const

export const sendNtfy: Send<Extract<ChannelSettings, { kind: 'ntfy' }>> = (
  { settings, secret, anyAddress },
  notice,
  signal,
) =>
  post(
    {
      url: settings.url,
      body: JSON.stringify({ topic: settings.topic, ...messageOf(notice) }),
      anyAddress,
      ...(secret.token === undefined ? {} : { headers: { authorization: `Bearer ${secret.token}` } }),
    },
    signal,
  )

function messageOf({ title, lines, severity, resolved, link, action }: Notice) {
  return {
    title: cutBytes(title, 250),
    message: cutBytes(lines.length === 0 ? title : lines.join('\n'), MESSAGE_BYTES),
    priority: resolved || severity === null ? 3 : PRIORITY[severity],
    click: link.url,
    actions: action === null ? [] : [{ action: 'view', label: action.text, url: action.url }],
  }
}
