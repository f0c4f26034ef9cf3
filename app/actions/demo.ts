'use server'

import { addDemo as add } from '@/lib/services/demo/add'
import { removeDemo as remove } from '@/lib/services/demo/remove'
import { nothing } from '@/lib/services/fields'
import { defineAction } from '@/lib/web/gate'

export const addDemo = defineAction({ permission: 'connection.manage', input: nothing, run: add })

export const removeDemo = defineAction({ permission: 'connection.manage', input: nothing, run: remove })
