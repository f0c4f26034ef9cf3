import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../errors'

/** Files only this user can read, in a directory of their own, gone after {@link remove}. */
export interface PrivateFiles {
  pathOf(name: string): string
  /** Removes files and directory; repeatable, never rejects. */
  remove(): Promise<void>
}

/** Writes texts into new files of mode 0600 below a new directory of mode 0700. */
export async function writePrivateFiles(contents: Readonly<Record<string, string>>): Promise<PrivateFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'libvirt-rpc-'))
  const remove = async (): Promise<void> => {
    try {
      await rm(directory, { recursive: true, force: true })
    } catch (error) {
      // Nobody waits for this, and the connection's fate does not hang on it; but a key left behind must be told.
      process.emitWarning(`private files were left in ${directory}: ${messageOf(error)}`)
    }
  }
  try {
    for (const [name, text] of Object.entries(contents)) {
      await writeFile(join(directory, name), text, { mode: 0o600, flag: 'wx' })
    }
  } catch (error) {
    await remove()
    throw error
  }
  return { pathOf: (name) => join(directory, name), remove }
}
