/**
 * Sign-in and sessions, by better-auth. Only three of its functions are ever called (sign in, read a session, end one);
 * its HTTP handler is mounted nowhere, so no endpoint of it exists: accounts are made by set-up, an administrator, or
 * the command line, and every request comes through our gate.
 */
import { betterAuth } from 'better-auth/minimal'
import { hashPassword, verifyPassword } from '@/lib/services/passwords'
import { authAdapter } from '@/lib/store/auth'
import type { Store } from '@/lib/store/client'

/** A working day; then one signs in again. Not prolonged by use. */
const SESSION_SECONDS = 12 * 60 * 60

export type AuthInput = {
  store: Store
  /** 32 random bytes as text */
  secret: string
  publicUrl: string | null
}

/** Makes the auth library as we use it. */
export function createAuth({ store, secret, publicUrl }: AuthInput) {
  return betterAuth({
    secret,
    baseURL: publicUrl ?? 'http://localhost',
    database: authAdapter(store),
    telemetry: { enabled: false },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 1,
      maxPasswordLength: 1_024,
      password: { hash: hashPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
    },
    user: {
      additionalFields: {
        role: { type: 'string', required: true, input: false },
        disabledAt: { type: 'date', required: false, input: false },
      },
    },
    session: {
      expiresIn: SESSION_SECONDS,
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => {
            const user = await context?.context.internalAdapter.findUserById(session.userId)
            // A disabled account answers exactly as a wrong password does.
            return user !== null && user !== undefined && !('disabledAt' in user && user.disabledAt)
          },
        },
      },
    },
    // Our own limits are counted in the database before the library is asked (lib/web/limits.ts).
    rateLimit: { enabled: false },
    logger: { disabled: true },
    advanced: {
      cookiePrefix: 'snapwarden',
      useSecureCookies: publicUrl?.startsWith('https://') ?? false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      // Written by our own HTTP server, which believes only trusted proxies.
      ipAddress: { ipAddressHeaders: ['x-forwarded-for'] },
      database: { validateSchema: false },
    },
  })
}

export type Auth = ReturnType<typeof createAuth>
