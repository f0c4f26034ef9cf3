/** Feishu (飞书) custom bot, signed: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. */
import type { HookSettings, Notice } from '../../domain/channel'
import { epochMillis, MINUTE, SECOND } from '../../domain/units'
import { type JudgeAnswer, post } from '../http'
import type { Send } from '../port'
import { feishuSign } from '../sign'
import { cutBytes, plainText } from '../text'
import { errorCodeOf } from './error-code'

/** A request over 20 KB is refused. */
const TEXT_BYTES = 12_000
/** "frequency limited": 100 a minute, 5 a second. */
const TOO_OFTEN = [9499, 11232]
const COLOR = { warning: 'yellow', critical: 'orange', emergency: 'red' } as const

export const sendFeishu: Send<HookSettings> = ({ secret, anyAddress }, notice, signal) => {
  const seconds = Math.floor(epochMillis(notice.at) / SECOND)
  const signed =
    secret.signingKey === undefined ? {} : { timestamp: String(seconds), sign: feishuSign(secret.signingKey, seconds) }
  const body = JSON.stringify({ ...signed, msg_type: 'interactive', card: cardOf(notice) })
  return post({ url: secret.url ?? '', body, anyAddress }, signal, judge)
}

function cardOf(notice: Notice) {
  const { title, severity, resolved, link, action } = notice
  return {
    header: {
      title: { tag: 'plain_text', content: title },
      template: resolved ? 'green' : severity === null ? 'blue' : COLOR[severity],
    },
    elements: [
      { tag: 'div', text: { tag: 'plain_text', content: cutBytes(plainText(notice), TEXT_BYTES) } },
      {
        tag: 'action',
        actions: [...(action === null ? [] : [action]), link].map(({ text, url }) => ({
          tag: 'button',
          text: { tag: 'plain_text', content: text },
          url,
        })),
      },
    ],
  }
}

const judge: JudgeAnswer = (answer) => {
  const code = errorCodeOf(answer, 'code', 'StatusCode')
  if (code === 0) return null
  return code !== null && TOO_OFTEN.includes(code) ? { busyMillis: MINUTE } : { refused: answer }
}
