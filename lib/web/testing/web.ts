/** A web process over a throw-away database, for tests. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '@/lib/config'
import type { Actor } from '@/lib/domain/actor'
import { asId, type UserId } from '@/lib/domain/ids'
import type { Role } from '@/lib/domain/permission'
import { instantAt } from '@/lib/domain/units'
import type { Context } from '@/lib/services/context'
import { hashPassword } from '@/lib/services/passwords'
import { openStore } from '@/lib/store/client'
import { withTransaction } from '@/lib/store/tx'
import { insertUser } from '@/lib/store/users'
import { createTestDatabase } from '@/lib/testing/database'
import { createAuth } from '../auth'
import type { PublicContext } from '../gate'
import { replaceWebProcess, type WebProcess } from '../process'
import { signIn } from '../sign-in'

export const PUBLIC_URL = 'https://snapwarden.example'
export const GOOD_PASSWORD = 'a long enough password'

export type TestWeb = WebProcess & {
  directory: string
  addUser: (role: Role, email?: string) => Promise<{ userId: UserId; email: string; actor: Actor }>
  contextOf: (actor: Actor, now?: string) => Context
  publicContext: (headers?: Record<string, string>) => PublicContext
  /** signs in and gives headers of a browser that has done so */
  browserOf: (email: string) => Promise<Headers>
  close: () => Promise<void>
}

/** Opens a web process on a database of the calling test file's own, and makes it the process's. */
export async function openTestWeb(options: { publicUrl?: string | null } = {}): Promise<TestWeb> {
  const database = await createTestDatabase()
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-web-')))
  const publicUrl = options.publicUrl === undefined ? PUBLIC_URL : options.publicUrl
  writeFileSync(join(directory, 'instance.key'), randomBytes(32).toString('base64'), { mode: 0o600 })
  // The registry reads the process's own configuration; every test file runs in a process of its own.
  process.env.DATABASE_URL = database.url
  process.env.SNAPWARDEN_DATA = directory
  const config = readConfig({
    DATABASE_URL: database.url,
    SNAPWARDEN_DATA: directory,
    ...(publicUrl === null ? {} : { SNAPWARDEN_URL: publicUrl }),
  })
  const store = openStore(database.url)
  const auth = createAuth({ store, secret: randomBytes(32).toString('base64'), publicUrl })
  const web: WebProcess = { config, store, auth }
  replaceWebProcess(web)

  const publicContext = (headers: Record<string, string> = {}): PublicContext => {
    const all = new Headers({ 'x-forwarded-for': '192.0.2.7', ...headers })
    return { web, headers: all, now: instantAt(Date.now()), address: all.get('x-forwarded-for') }
  }
  let people = 0
  return {
    ...web,
    directory,
    publicContext,
    addUser: async (role, given) => {
      people += 1
      const email = given ?? `${role}-${people}@example.org`
      const passwordHash = await hashPassword(GOOD_PASSWORD)
      const userId = await withTransaction(store, (tx) => insertUser(tx, { email, name: email, role, passwordHash }))
      if (userId === null) throw new Error(`${email} is taken`)
      return { userId, email, actor: { kind: 'user', userId: asId<UserId>(userId), email, role } }
    },
    contextOf: (actor, now = instantAt(Date.now())) => ({ store, actor, now, address: '192.0.2.7', sessionId: null }),
    browserOf: async (email) => {
      const outcome = await signIn(publicContext(), { email, password: GOOD_PASSWORD })
      if (!outcome.ok) throw new Error(`sign-in refused: ${outcome.why.code}`)
      const { name, value } = outcome.value.cookie
      return new Headers({ cookie: `${name}=${encodeURIComponent(value)}`, 'x-forwarded-for': '192.0.2.7' })
    },
    close: async () => {
      replaceWebProcess(null)
      await store.close()
      await database.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
