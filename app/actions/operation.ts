'use server'

import { cancelOperation as cancel, cancelOperationInput } from '@/lib/services/operation/cancel'
import { lookAgain as look, lookAgainInput } from '@/lib/services/operation/look-again'
import { retryOperation as retry, retryOperationInput } from '@/lib/services/operation/retry'
import { verifyOperation as verify, verifyOperationInput } from '@/lib/services/operation/verify-human'
import { defineAction } from '@/lib/web/gate'

export const cancelOperation = defineAction({
  permission: 'operation.cancel',
  input: cancelOperationInput,
  run: cancel,
})

/** A new plan of what is left; it is confirmed like any other. */
export const retryOperation = defineAction({ permission: 'plan.propose', input: retryOperationInput, run: retry })

/** Reads the guest again and proves the steps that are in question. */
export const lookAgain = defineAction({ permission: 'operation.read', input: lookAgainInput, run: look })

export const verifyOperation = defineAction({ permission: 'operation.read', input: verifyOperationInput, run: verify })
