/** The YAML of `connection add`. Keys and certificates are files beside it; their contents are sealed, not their paths. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { type NewConnectionBody, newConnectionInput } from '@/lib/services/connection/input'
import { CommandError, EXIT } from './exit'

const MAX_FILE_BYTES = 1024 * 1024

/** Keys of the file that name another file, and the key its content goes to. */
const FILE_KEYS = {
  sshKeyFile: 'sshKey',
  knownHostsFile: 'knownHosts',
  caFile: 'ca',
  certFile: 'cert',
  keyFile: 'key',
} as const

const fileShape = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]))

/**
 * Reads a connection as a file describes it.
 * @param path relative names in it are relative to it; `-` reads `stdin` and takes them relative to the working directory
 */
export async function readConnectionFile(path: string, stdin: () => Promise<string>): Promise<NewConnectionBody> {
  const text = path === '-' ? await stdin() : await readText(path, 'the connection file')
  const found = fileShape.safeParse(parseYaml(text, path))
  if (!found.success) throw new CommandError(EXIT.usage, `${path} must hold one connection: keys with plain values.`)
  const body: Record<string, unknown> = {}
  const base = path === '-' ? process.cwd() : dirname(resolve(path))
  const known = keysOf(found.data.kind)
  for (const [key, value] of Object.entries(found.data)) {
    if (known !== null && !known.includes(key)) {
      throw new CommandError(EXIT.usage, `${path}: there is no key ${key}; keys are ${known.join(', ')}.`)
    }
    if (value === null) continue
    const target = Object.hasOwn(FILE_KEYS, key) ? FILE_KEYS[key as keyof typeof FILE_KEYS] : null
    body[target ?? key] = target === null ? value : await readText(resolve(base, String(value)), key)
  }
  // What the keys may hold is the verb's to judge, as for everybody.
  return body as NewConnectionBody
}

/** The keys a file of this kind may have; null when there is no such kind, which the verb says better. */
function keysOf(kind: unknown): string[] | null {
  const shape = newConnectionInput.options.find((option) => option.shape.kind.value === kind)?.shape
  if (shape === undefined) return null
  const fileKeys = Object.entries(FILE_KEYS).filter(([, target]) => Object.hasOwn(shape, target))
  return [...Object.keys(shape), ...fileKeys.map(([key]) => key)]
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text, { maxAliasCount: 10 })
  } catch (error) {
    if (error instanceof YAMLParseError || error instanceof ReferenceError) {
      throw new CommandError(EXIT.usage, `${path} is not YAML: ${error.message}`, { cause: error })
    }
    throw error
  }
}

async function readText(path: string, what: string): Promise<string> {
  try {
    const bytes = await readFile(path)
    if (bytes.byteLength > MAX_FILE_BYTES) throw new CommandError(EXIT.usage, `${path} (${what}) is larger than 1 MiB.`)
    return bytes.toString('utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
      throw new CommandError(EXIT.usage, `${what}: ${path} cannot be read (${error.code}).`, { cause: error })
    }
    throw error
  }
}
