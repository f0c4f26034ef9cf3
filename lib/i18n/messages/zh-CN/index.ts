/** 简体中文。Every area mirrors the English one; the type below refuses a gap. */
import type { en } from '../en'
import type { Translation } from '../types'
import { alerts } from './alerts'
import { checks } from './checks'
import { commands } from './commands'
import { common } from './common'
import { connections } from './connections'
import { entry } from './entry'
import { evidence } from './evidence'
import { flows } from './flows'
import { guest } from './guest'
import { guests } from './guests'
import { inbox } from './inbox'
import { notifications } from './notifications'
import { operations } from './operations'
import { overview } from './overview'
import { plan } from './plan'
import { reasons } from './reasons'
import { retention } from './retention'
import { rules } from './rules'
import { settings } from './settings'
import { shell } from './shell'
import { storage } from './storage'
import { ui } from './ui'
import { words } from './words'

export const zhCN: Translation<typeof en> = {
  alerts,
  checks,
  commands,
  common,
  connections,
  entry,
  evidence,
  flows,
  guest,
  guests,
  inbox,
  notifications,
  operations,
  overview,
  plan,
  ui,
  retention,
  settings,
  shell,
  storage,
  words,
  reasons,
  rules,
}
