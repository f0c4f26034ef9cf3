/** Telegram Bot API, sendMessage: https://core.telegram.org/bots/api#sendmessage. Plain text: names are not markup. */
import type { ChannelSettings } from '../../domain/channel'
import { post } from '../http'
import type { Send } from '../port'
import { cut, plainText } from '../text'

const SERVER = 'https://api.telegram.org'
const MESSAGE = 4096

/** `server` is another one in tests, and where somebody runs their own. */
export const sendTelegramTo =
  (server: string): Send<Extract<ChannelSettings, { kind: 'telegram' }>> =>
  ({ settings, secret, anyAddress }, notice, signal) =>
    post(
      {
        url: `${server}/bot${encodeURIComponent(secret.token ?? '').replaceAll('%3A', ':')}/sendMessage`,
        anyAddress,
        body: JSON.stringify({
          chat_id: settings.chatId,
          text: cut(plainText(notice), MESSAGE),
          link_preview_options: { is_disabled: true },
          disable_notification: notice.resolved,
          reply_markup: {
            inline_keyboard: [
              [...(notice.action === null ? [] : [notice.action]), notice.link].map(({ text, url }) => ({ text, url })),
            ],
          },
        }),
      },
      signal,
    )

export const sendTelegram = sendTelegramTo(SERVER)
