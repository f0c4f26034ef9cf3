/** Microsoft Teams through a workflow's webhook: an Adaptive Card, https://adaptivecards.io/explorer/. */
import type { HookSettings, Notice } from '../../domain/channel'
import { post } from '../http'
import type { Send } from '../port'
import { cut, escapeMarkdown } from '../text'

/** Teams refuses a message over 28 KB. */
const CHARACTERS = 6000
const COLOR = { warning: 'Warning', critical: 'Warning', emergency: 'Attention' } as const

export const sendTeams: Send<HookSettings> = ({ secret, anyAddress }, notice, signal) =>
  post({ url: secret.url ?? '', body: JSON.stringify(cardOf(notice)), anyAddress }, signal)

function cardOf({ title, lines, severity, resolved, link, action }: Notice) {
  const color = resolved ? 'Good' : severity === null ? 'Default' : COLOR[severity]
  const block = (text: string, more: object) => ({
    type: 'TextBlock',
    text: cut(escapeMarkdown(text), CHARACTERS),
    wrap: true,
    ...more,
  })
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          version: '1.4',
          body: [block(title, { weight: 'Bolder', size: 'Medium', color }), ...lines.map((line) => block(line, {}))],
          actions: [...(action === null ? [] : [action]), link].map(({ text, url }) => ({
            type: 'Action.OpenUrl',
            title: text,
            url,
          })),
        },
      },
    ],
  }
}
