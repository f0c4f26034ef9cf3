import { ok } from '@/lib/domain/result'
import type { UserRow } from '@/lib/domain/view'
import { listUsers as readUsers } from '@/lib/store/users'
import { mayNot, type Verb } from '../context'

/** Everybody who can sign in. */
export const listUsers: Verb<object, UserRow[]> = async ({ ctx }) =>
  mayNot(ctx, 'user.manage') ?? ok(await readUsers(ctx.store))
