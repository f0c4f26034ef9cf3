import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from './problem.mjs'

const MAX_BYTES = 5 * 1024 * 1024
const KEPT = 3

/**
 * A log file that cannot fill the disk: at 5 MiB it moves to `.1`, and three old ones are kept. A full disk loses log
 * lines and nothing else.
 * @param {string} path
 * @param {{ maxBytes?: number }} [options]
 * @returns {{ write: (text: string | Uint8Array) => void, close: () => void }}
 */
export function openRotatingLog(path, options = {}) {
  const maxBytes = options.maxBytes ?? MAX_BYTES
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let descriptor = openSync(path, 'a', 0o600)
  let size = fstatSync(descriptor).size

  const rotate = () => {
    closeSync(descriptor)
    rmSync(`${path}.${KEPT}`, { force: true })
    for (let index = KEPT - 1; index >= 0; index -= 1) {
      const from = index === 0 ? path : `${path}.${index}`
      try {
        renameSync(from, `${path}.${index + 1}`)
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error
      }
    }
    descriptor = openSync(path, 'a', 0o600)
    size = 0
  }

  return {
    write(text) {
      const bytes = typeof text === 'string' ? Buffer.from(text) : text
      try {
        if (size > 0 && size + bytes.length > maxBytes) rotate()
        size += writeSync(descriptor, bytes)
      } catch (error) {
        if (!['ENOSPC', 'EDQUOT', 'EIO'].includes(errorCode(error) ?? '')) throw error
      }
    },
    close: () => closeSync(descriptor),
  }
}
