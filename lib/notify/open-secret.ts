/** The secrets of channels: sealed when saved, opened for one send and for nobody else. */
import { z } from 'zod'
import { readConfig } from '../config'
import type { ChannelSecret } from '../domain/channel'
import type { ChannelId } from '../domain/ids'
import { type Outcome, ok, refused } from '../domain/result'
import { readKeyFile } from '../secrets/key-file'
import { type InstanceKey, seal, unseal } from '../secrets/seal'
import { readChannelSecret, saveChannelSecret } from '../store/channels'
import type { Db } from '../store/client'
import type { Tx } from '../store/tx'

const secretSchema = z
  .object({ url: z.string(), token: z.string(), signingKey: z.string(), password: z.string() })
  .partial()

const keyOfInstallation = (): InstanceKey => readKeyFile(readConfig().keyFile)

/** Seals and stores the secret of a channel in the caller's transaction. */
export async function keepChannelSecret(
  tx: Tx,
  id: ChannelId,
  secret: ChannelSecret,
  key: () => InstanceKey = keyOfInstallation,
): Promise<void> {
  await saveChannelSecret(tx, id, seal(key(), id, JSON.stringify(secret)))
}

/** Opens the secret of a channel; a channel without one has an empty one. Refused (`unlock-failed`) with another key. */
export async function openChannelSecret(
  db: Db,
  id: ChannelId,
  key: () => InstanceKey = keyOfInstallation,
): Promise<Outcome<ChannelSecret>> {
  const sealed = await readChannelSecret(db, id)
  if (sealed === null) return ok({})
  let usable: InstanceKey
  try {
    usable = key()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return refused({ code: 'unlock-failed' }, { source: 'instance key', code: null, text })
  }
  const opened = unseal(usable, id, sealed)
  if (!opened.ok) return opened
  const parsed = secretSchema.parse(JSON.parse(opened.value))
  return ok(Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined)))
}
