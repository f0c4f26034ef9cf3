/** What one web process holds once: configuration, store, auth. On globalThis, because Next loads modules twice. */
import { hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Config, readConfig } from '@/lib/config'
import { getStore, type Store } from '@/lib/store/client'
import { type Auth, createAuth } from './auth'

export type WebProcess = { config: Config; store: Store; auth: Auth }

const holder = globalThis as typeof globalThis & { snapwardenWeb?: WebProcess }

/**
 * The process's parts, made at first use.
 * @throws Error when configuration or instance key are missing: the launcher made both
 */
export function webProcess(): WebProcess {
  holder.snapwardenWeb ??= makeWebProcess()
  return holder.snapwardenWeb
}

/** For tests: the parts to use from now on, or null to forget them. */
export function replaceWebProcess(parts: WebProcess | null): void {
  if (parts === null) delete holder.snapwardenWeb
  else holder.snapwardenWeb = parts
}

function makeWebProcess(): WebProcess {
  const config = readConfig()
  const store = getStore()
  return {
    config,
    store,
    auth: createAuth({ store, secret: sessionSecret(config.keyFile), publicUrl: config.publicUrl }),
  }
}

/** The key that signs session cookies, derived from the instance key: nothing more to keep or to lose. */
function sessionSecret(keyFile: string): string {
  const key = Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'base64')
  if (key.length !== 32) throw new Error(`${keyFile} does not hold an instance key (32 bytes in base64)`)
  return Buffer.from(hkdfSync('sha256', key, 'snapwarden', 'session cookies 1', 32)).toString('base64')
}
