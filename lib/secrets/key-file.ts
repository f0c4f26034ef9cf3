import { readFileSync, statSync } from 'node:fs'
import { type InstanceKey, instanceKeyOf } from './seal'

const GROUP_AND_OTHERS = 0o077

/**
 * Reads the instance key (32 bytes in base64) from its file.
 * @throws Error in words for the operator: the file is missing, readable by others, or holds no key
 */
export function readKeyFile(path: string): InstanceKey {
  const mode = statSync(path).mode & 0o777
  if (process.platform !== 'win32' && (mode & GROUP_AND_OTHERS) !== 0) {
    throw new Error(
      `The instance key ${path} can be read by others (mode ${mode.toString(8)}): make it private with chmod 600 ${path}.`,
    )
  }
  const bytes = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')
  if (bytes.length !== 32) throw new Error(`${path} holds no instance key: restore it from your back-up.`)
  return instanceKeyOf(bytes)
}
