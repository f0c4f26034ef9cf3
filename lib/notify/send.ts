/** From a channel's kind to what sends to it. */
import type { Notice, Receipt } from '../domain/channel'
import type { Outcome } from '../domain/result'
import { sendDingtalk } from './channels/dingtalk'
import { sendEmail } from './channels/email'
import { sendFeishu } from './channels/feishu'
import { sendGotify } from './channels/gotify'
import { sendNtfy } from './channels/ntfy'
import { sendPagerDuty } from './channels/pagerduty'
import { sendSlack } from './channels/slack'
import { sendTeams } from './channels/teams'
import { sendTelegram } from './channels/telegram'
import { sendWebhook } from './channels/webhook'
import { sendWecom } from './channels/wecom'
import type { Sender } from './port'

/** Sends one notice to one receiver, once. */
export function sendNotice(to: Sender, notice: Notice, signal: AbortSignal): Promise<Outcome<Receipt>> {
  const { settings } = to
  switch (settings.kind) {
    case 'email':
      return sendEmail({ ...to, settings }, notice, signal)
    case 'webhook':
      return sendWebhook({ ...to, settings }, notice, signal)
    case 'ntfy':
      return sendNtfy({ ...to, settings }, notice, signal)
    case 'gotify':
      return sendGotify({ ...to, settings }, notice, signal)
    case 'telegram':
      return sendTelegram({ ...to, settings }, notice, signal)
    case 'pagerduty':
      return sendPagerDuty({ ...to, settings }, notice, signal)
    default:
      return sendByHook({ ...to, settings }, notice, signal)
  }
}

/** Receivers that are an address with its key, and nothing else. */
const HOOKS = { slack: sendSlack, teams: sendTeams, wecom: sendWecom, dingtalk: sendDingtalk, feishu: sendFeishu }
const sendByHook: typeof sendSlack = (to, notice, signal) => HOOKS[to.settings.kind](to, notice, signal)
