/** Slack incoming webhook: https://api.slack.com/messaging/webhooks. */
import type { HookSettings, Notice } from '../../domain/channel'
import { post } from '../http'
import type { Send } from '../port'
import { cut, escapeSlack } from '../text'

/** Slack refuses a section over 3,000 characters and a button over 75. */
const SECTION = 3000
const BUTTON = 75

export const sendSlack: Send<HookSettings> = ({ secret, anyAddress }, notice, signal) =>
  post({ url: secret.url ?? '', body: JSON.stringify(messageOf(notice)), anyAddress }, signal)

function messageOf({ title, lines, link, action }: Notice) {
  const text = cut(`*${escapeSlack(title)}*\n${lines.map(escapeSlack).join('\n')}`, SECTION)
  const buttons = [...(action === null ? [] : [action]), link].map(({ text: label, url }) => ({
    type: 'button',
    text: { type: 'plain_text', text: cut(label, BUTTON) },
    url,
  }))
  return {
    text: cut(title, SECTION),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text } },
      { type: 'actions', elements: buttons },
    ],
  }
}
