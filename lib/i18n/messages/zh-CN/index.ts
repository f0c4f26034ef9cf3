/** 简体中文。Every area mirrors the English one; the type below refuses a gap. */
import type { en } from '../en'
import type { Translation } from '../types'
import { common } from './common'
import { connections } from './connections'
import { entry } from './entry'
import { guest } from './guest'
import { guests } from './guests'
import { overview } from './overview'
import { reasons } from './reasons'
import { settings } from './settings'
import { shell } from './shell'
import { storage } from './storage'
import { ui } from './ui'
import { words } from './words'

export const zhCN: Translation<typeof en> = {
  common,
  connections,
  entry,
  guest,
  guests,
  overview,
  ui,
  settings,
  shell,
  storage,
  words,
  reasons,
}
