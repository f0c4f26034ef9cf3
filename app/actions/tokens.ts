'use server'

import { createToken as create, createTokenInput } from '@/lib/services/token/create'
import { revokeToken as revoke, revokeTokenInput } from '@/lib/services/token/revoke'
import { defineAction } from '@/lib/web/gate'

/** The answer holds the secret, this once. */
export const createToken = defineAction({ permission: 'token.manage-own', input: createTokenInput, run: create })

export const revokeToken = defineAction({ permission: 'token.manage-own', input: revokeTokenInput, run: revoke })
