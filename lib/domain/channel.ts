/** Where notices go. Settings hold what may be shown; the secret part is sealed and known only to the deliverer. */
import type { NotifyReason, Severity } from './alert'
import type { AlertId, ChannelId, ConnectionId } from './ids'
import type { Reason } from './reason'
import type { Instant, Millis } from './units'

export const CHANNEL_KINDS = [
  'email',
  'webhook',
  'slack',
  'teams',
  'ntfy',
  'gotify',
  'telegram',
  'pagerduty',
  'wecom',
  'dingtalk',
  'feishu',
] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]

/** `url`s that carry their own key (Slack, Teams, WeCom, …) are secrets and stand in ChannelSecret. */
export type ChannelSettings =
  | {
      kind: 'email'
      host: string
      port: number
      /** implicit TLS from the first byte, or STARTTLS that must succeed; 'none' only to a loopback relay */
      encryption: 'tls' | 'starttls' | 'none'
      username: string | null
      from: string
      to: string[]
      /** PEM of the authority that signed the relay's certificate; null = publicly trusted */
      ca: string | null
    }
  | { kind: 'webhook'; url: string }
  | { kind: 'slack' | 'teams' | 'wecom' | 'dingtalk' | 'feishu' }
  | { kind: 'ntfy'; url: string; topic: string }
  | { kind: 'gotify'; url: string }
  | { kind: 'telegram'; chatId: string }
  | { kind: 'pagerduty' }

/** Channels that are an address with its key, and nothing else. */
export type HookSettings = Extract<ChannelSettings, { kind: 'slack' | 'teams' | 'wecom' | 'dingtalk' | 'feishu' }>

/** Every field a kind may have; which ones it needs is in CHANNEL_SECRETS. */
export type ChannelSecret = {
  /** address with its key: Slack, Teams, WeCom, DingTalk, Feishu */
  url?: string
  /** ntfy access token, Gotify application token, Telegram bot token, PagerDuty routing key */
  token?: string
  /** signs what we send: webhook, DingTalk, Feishu */
  signingKey?: string
  /** SMTP */
  password?: string
}

export const CHANNEL_SECRETS: Record<ChannelKind, { needs: (keyof ChannelSecret)[]; may: (keyof ChannelSecret)[] }> = {
  email: { needs: [], may: ['password'] },
  webhook: { needs: ['signingKey'], may: [] },
  slack: { needs: ['url'], may: [] },
  teams: { needs: ['url'], may: [] },
  ntfy: { needs: [], may: ['token'] },
  gotify: { needs: ['token'], may: [] },
  telegram: { needs: ['token'], may: [] },
  pagerduty: { needs: ['token'], may: [] },
  wecom: { needs: ['url'], may: [] },
  dingtalk: { needs: ['url'], may: ['signingKey'] },
  feishu: { needs: ['url'], may: ['signingKey'] },
}

/** Which alerts a channel hears of; an empty list leaves that side open. */
export type ChannelRoute = {
  leastSeverity: Severity
  connectionIds: ConnectionId[]
  tags: string[]
  environments: string[]
}

/** Hours in the installation's time zone in which only emergencies are told; what waited is told in one notice after. */
export type QuietHours = { from: string; until: string; days: number[] }

export type Channel = {
  id: ChannelId
  name: string
  settings: ChannelSettings
  route: ChannelRoute
  language: 'en' | 'zh-CN'
  enabled: boolean
  quietHours: QuietHours | null
  repeatMillis: Millis | null
  /** hears only of what nobody acknowledged for so long; null = at once */
  escalateAfterMillis: Millis | null
  /** alerts that come within this time share one notice */
  groupMillis: Millis
  /** an administrator allowed addresses of this machine and of cloud metadata services */
  anyAddress: boolean
}

/** One notice as a receiver gets it: words in its language, no markup. */
export type Notice = {
  /** the same for every try of the same notice: receivers that can will take it once */
  key: string
  /** groups what is said of one alert over time; null for tests and notices of many */
  threadKey: string | null
  why: Exclude<NotifyReason, 'none'> | 'test' | 'many' | 'clean-up'
  severity: Severity | null
  resolved: boolean
  title: string
  lines: string[]
  /** the alert's page, and the plan that helps, where there is one */
  link: { text: string; url: string }
  action: { text: string; url: string } | null
  alertIds: AlertId[]
  at: Instant
}

/** What a receiver answered, for the delivery log and the test button. Cut; never a secret. */
export type Receipt = { status: number | null; answer: string }

/** `waiting` is tried again; `dead` was given up and is kept for a person to look at. */
export type DeliveryState = 'waiting' | 'sent' | 'dead'
/** Parts of a delivery that may be kept in a form which this release does not read. */
export type DeliveryPart = 'notice' | 'answer' | 'error'
export type Delivery = {
  id: string
  channelId: ChannelId
  channelName: string
  noticeKey: string
  /** null = its notice is among `unread` */
  title: string | null
  state: DeliveryState
  tries: number
  nextTryAt: Instant | null
  createdAt: Instant
  sentAt: Instant | null
  receipt: Receipt | null
  lastError: Reason | null
  unread: DeliveryPart[]
}
