import type { evidence as en } from '../en/evidence'
import type { Translation } from '../types'

export const evidence: Translation<typeof en> = {
  unknown: '未知',
  yes: '是',
  no: '否',
  keys: {
    snapshot: '快照',
    snapshots: '快照',
    storage: '存储',
  },
}
