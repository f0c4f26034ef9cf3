/** Signatures of what we send, each as its receiver's documentation has it. */
import { createHmac } from 'node:crypto'

/**
 * The generic webhook: HMAC-SHA256 over `timestamp.body`, hex, in `X-Snapwarden-Signature: t=<seconds>,v1=<hex>`.
 * A receiver computes it again and refuses old timestamps, so that a recorded request cannot be played twice.
 */
export function webhookSignature(key: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`
}

/** DingTalk custom robot: HMAC-SHA256 of `timestamp\nsecret` keyed with the secret, base64; the timestamp in ms. */
export const dingtalkSign = (secret: string, millis: number): string =>
  createHmac('sha256', secret).update(`${millis}\n${secret}`).digest('base64')

/** Feishu custom bot: HMAC-SHA256 of nothing keyed with `timestamp\nsecret`, base64; the timestamp in s. */
export const feishuSign = (secret: string, seconds: number): string =>
  createHmac('sha256', `${seconds}\n${secret}`).digest('base64')
