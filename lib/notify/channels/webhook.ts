/** A webhook of anybody's own: our JSON, signed, with a key by which a second try can be told. */
import type { ChannelSettings } from '../../domain/channel'
import { epochMillis, SECOND } from '../../domain/units'
import { post } from '../http'
import type { Send } from '../port'
import { webhookSignature } from '../sign'

export const sendWebhook: Send<Extract<ChannelSettings, { kind: 'webhook' }>> = (
  { settings, secret, anyAddress },
  notice,
  signal,
) => {
  const { key, why, severity, resolved, title, lines, link, action, alertIds, at } = notice
  const body = JSON.stringify({
    key,
    why,
    severity,
    resolved,
    title,
    lines,
    url: link.url,
    planUrl: action?.url ?? null,
    alertIds,
    at,
  })
  const seconds = Math.floor(epochMillis(at) / SECOND)
  return post(
    {
      url: settings.url,
      body,
      anyAddress,
      headers: {
        'idempotency-key': key,
        'x-snapwarden-signature': webhookSignature(secret.signingKey ?? '', seconds, body),
      },
    },
    signal,
  )
}
