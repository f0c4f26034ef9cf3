/** 简体中文。Every area mirrors the English one; the type below refuses a gap. */
import type { en } from '../en'
import type { Translation } from '../types'
import { common } from './common'
import { guest } from './guest'
import { reasons } from './reasons'
import { shell } from './shell'
import { ui } from './ui'
import { words } from './words'

export const zhCN: Translation<typeof en> = { common, guest, ui, shell, words, reasons }
