/** DingTalk (钉钉) custom robot, signed: https://open.dingtalk.com/document/robots/custom-robot-access. */
import type { HookSettings, Notice } from '../../domain/channel'
import { epochMillis, MINUTE } from '../../domain/units'
import { type JudgeAnswer, post } from '../http'
import type { Send } from '../port'
import { dingtalkSign } from '../sign'
import { cutBytes, escapeMarkdown } from '../text'
import { errorCodeOf } from './error-code'

const MARKDOWN_BYTES = 18_000
/** "send too fast": 20 messages a minute. */
const TOO_OFTEN = [130101, 660026]

export const sendDingtalk: Send<HookSettings> = ({ secret, anyAddress }, notice, signal) => {
  const url = signedUrl(secret.url ?? '', secret.signingKey, epochMillis(notice.at))
  return post({ url, body: JSON.stringify(messageOf(notice)), anyAddress }, signal, judge)
}

/** DingTalk refuses a timestamp that is more than an hour off, so every try signs with its own time. */
function signedUrl(text: string, secret: string | undefined, millis: number): string {
  const url = URL.parse(text)
  if (url === null || secret === undefined) return text
  url.searchParams.set('timestamp', String(millis))
  url.searchParams.set('sign', dingtalkSign(secret, millis))
  return url.href
}

function messageOf({ title, lines, link, action }: Notice) {
  const text = [`#### ${escapeMarkdown(title)}`, ...lines.map(escapeMarkdown)].join('\n\n')
  return {
    msgtype: 'actionCard',
    actionCard: {
      title,
      text: cutBytes(text, MARKDOWN_BYTES),
      btnOrientation: '0',
      btns: [...(action === null ? [] : [action]), link].map(({ text: label, url }) => ({
        title: label,
        actionURL: url,
      })),
    },
  }
}

const judge: JudgeAnswer = (answer) => {
  const code = errorCodeOf(answer, 'errcode')
  if (code === 0) return null
  return code !== null && TOO_OFTEN.includes(code) ? { busyMillis: MINUTE } : { refused: answer }
}
