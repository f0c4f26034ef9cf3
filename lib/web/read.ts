/**
 * Reading while a page renders: the same reads as the routes, without HTTP. Every page calls one of these, so every
 * page checks the session; a layout alone would not, because Next keeps layouts between pages.
 */
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import type { z } from 'zod'
import type { SetupStatus } from '@/lib/domain/view'
import { setupStatus } from '@/lib/services/setup/status'
import { administratorExists } from '@/lib/store/users'
import { type Caller, callerBySession } from './caller'
import { guard, runSpec, type Spec, type Wire } from './gate'
import { PATH_HEADER, signInPath } from './own-path'
import { webProcess } from './process'

/** Who looks at the page; asked once per request. */
const pageCaller = cache(
  async (): Promise<Caller | null> => callerBySession(webProcess(), new Headers(await headers())),
)

/** Whoever is signed in; others are sent to sign in, or to set-up while there is no administrator. */
export async function requireCaller(): Promise<Caller> {
  const caller = await pageCaller()
  if (caller !== null) return caller
  if (!(await administratorExists(webProcess().store))) redirect('/setup')
  redirect(signInPath((await headers()).get(PATH_HEADER)))
}

/**
 * Runs a read for a page that renders on the server. Whoever is not signed in is redirected.
 * Give the value to the query cache under the matching key: `client.setQueryData(q.guest(id).queryKey, value)`.
 */
export async function readForPage<Schema extends z.ZodType, Answer>(
  spec: Spec<Schema, Answer>,
  input: z.input<Schema>,
): Promise<Wire<Answer>> {
  const caller = await requireCaller()
  return guard('page', () => runSpec(webProcess(), caller, spec, input))
}

/** For the anonymous pages: how far set-up has come, and whether somebody is signed in already. */
export async function readSetupStatus(): Promise<SetupStatus & { signedIn: boolean; role: string | null }> {
  const status = await setupStatus(webProcess().store)
  const caller = await pageCaller()
  return { ...status.value, signedIn: caller !== null, role: caller?.actor.role ?? null }
}
