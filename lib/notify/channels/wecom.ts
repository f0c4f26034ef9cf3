/** WeCom (企业微信) group robot: https://developer.work.weixin.qq.com/document/path/91770. Answers 200 and an errcode. */
import type { HookSettings, Notice } from '../../domain/channel'
import { MINUTE } from '../../domain/units'
import { type JudgeAnswer, post } from '../http'
import type { Send } from '../port'
import { cutBytes, escapeMarkdown } from '../text'
import { errorCodeOf } from './error-code'

const MARKDOWN_BYTES = 4096
/** "api freq out of limit": 20 messages a minute. */
const TOO_OFTEN = 45009

export const sendWecom: Send<HookSettings> = ({ secret, anyAddress }, notice, signal) =>
  post({ url: secret.url ?? '', body: JSON.stringify(messageOf(notice)), anyAddress }, signal, judge)

const messageOf = ({ title, lines, link, action }: Notice) => {
  const links = [...(action === null ? [] : [action]), link].map(({ text, url }) => `[${text}](${url})`).join('  ')
  const text = [`**${escapeMarkdown(title)}**`, ...lines.map(escapeMarkdown)].join('\n')
  const room = MARKDOWN_BYTES - Buffer.byteLength(links) - 1
  return { msgtype: 'markdown', markdown: { content: `${cutBytes(text, room)}\n${links}` } }
}

const judge: JudgeAnswer = (answer) => {
  const code = errorCodeOf(answer, 'errcode')
  if (code === 0) return null
  return code === TOO_OFTEN ? { busyMillis: MINUTE } : { refused: answer }
}
