'use server'

import { ok } from '@/lib/domain/result'
import { createAdministrator as create, createAdministratorInput } from '@/lib/services/setup/create-administrator'
import { definePublic } from '@/lib/web/gate'
import { keepSignedIn } from '@/lib/web/jar'
import { signIn } from '@/lib/web/sign-in'

/** Makes the first administrator with the set-up code, and signs them in. */
export const createAdministrator = definePublic('/setup', {
  input: createAdministratorInput,
  run: async ({ ctx, input }) => {
    const { store, config } = ctx.web
    const actor = { kind: 'system', part: 'setup', role: 'admin' } as const
    const call = { store, actor, now: ctx.now, address: ctx.address, sessionId: null }
    const created = await create({ ctx: call, input: { ...input, codeFile: config.setupCodeFile } })
    if (!created.ok) return created
    const signedIn = await signIn(ctx, { email: input.email, password: input.password })
    if (!signedIn.ok) return signedIn
    await keepSignedIn(signedIn.value.cookie, signedIn.value.user)
    return ok(null)
  },
})
