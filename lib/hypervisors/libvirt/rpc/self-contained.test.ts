import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/** This folder can be taken out and published: nothing in it, tests aside, needs anything but itself and Node. */
it('imports only itself and node:', () => {
  const root = dirname(fileURLToPath(import.meta.url))
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )
  expect(files.length).toBeGreaterThan(40)
  const strangers = files.flatMap((name) => {
    const file = join(root, name)
    const imported = [...readFileSync(file, 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1] ?? '')
    return imported
      .filter((from) => !from.startsWith('node:'))
      .filter((from) => !from.startsWith('.') || relative(root, resolve(dirname(file), from)).startsWith('..'))
      .map((from) => `${name} imports ${from}`)
  })
  expect(strangers).toEqual([])
})
