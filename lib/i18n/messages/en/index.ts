/** English, the reference. Adding an area: one file per language and one line here and in zh-CN. */
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

export const en = { common, connections, entry, guest, guests, overview, ui, settings, shell, storage, words, reasons }
