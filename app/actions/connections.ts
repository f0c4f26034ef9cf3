'use server'

import { addConnection as add } from '@/lib/services/connection/add'
import { changeConnection as change, changeConnectionInput } from '@/lib/services/connection/change'
import { collectInput, requestCollect } from '@/lib/services/connection/collect'
import { newConnectionInput } from '@/lib/services/connection/input'
import { fetchOffered as fetchIdentity, offeredInput } from '@/lib/services/connection/offered'
import { removeConnection as remove, removeConnectionInput } from '@/lib/services/connection/remove'
import { setModeInput, setMode as switchMode } from '@/lib/services/connection/set-mode'
import { testConnection as test, testConnectionInput } from '@/lib/services/connection/test'
import { testUnsaved as tryUnsaved } from '@/lib/services/connection/test-unsaved'
import { defineAction } from '@/lib/web/gate'

export const addConnection = defineAction({ permission: 'connection.manage', input: newConnectionInput, run: add })

export const changeConnection = defineAction({
  permission: 'connection.manage',
  input: changeConnectionInput,
  run: change,
})

export const setMode = defineAction({ permission: 'connection.manage', input: setModeInput, run: switchMode })

export const removeConnection = defineAction({
  permission: 'connection.manage',
  input: removeConnectionInput,
  run: remove,
})

/** Tries what is in the form, before it is saved. The value is a ConnectionTest, which may itself be a "no". */
export const testUnsaved = defineAction({ permission: 'connection.test', input: newConnectionInput, run: tryUnsaved })

export const testConnection = defineAction({ permission: 'connection.test', input: testConnectionInput, run: test })

/** Returns at once; the reading shows by itself when it is stored. */
export const collectNow = defineAction({ permission: 'connection.collect', input: collectInput, run: requestCollect })

/** The ssh host keys or TLS certificate a server shows, to compare before pinning one. */
export const fetchOffered = defineAction({ permission: 'connection.test', input: offeredInput, run: fetchIdentity })
