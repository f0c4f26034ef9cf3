import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as Pick<IFlattenedRuleSet, 'forbidden'>

/** One file per rule that breaks it: the path of the breaker, and what it imports. */
const BREAKERS: Record<string, readonly [string, string]> = {
  'no-cycle': ['lib/engine/cycle-a.ts', './cycle-b'],
  'domain-imports-nothing': ['lib/domain/a.ts', '../engine/pure'],
  'domain-no-packages': ['lib/domain/b.ts', 'zod'],
  'engine-is-pure': ['lib/engine/a.ts', '../store/client'],
  'engine-no-io': ['lib/engine/b.ts', 'node:fs'],
  'adapters-see-the-port': ['lib/hypervisors/libvirt/a.ts', '../../store/client'],
  'adapters-apart': ['lib/hypervisors/libvirt/b.ts', '../proxmox/client'],
  'registry-opens': ['lib/hypervisors/registry.ts', '../services/verb'],
  'store-sees-words': ['lib/store/a.ts', '../services/verb'],
  'database-only-in-store': ['lib/worker/a.ts', 'pg'],
  'services-are-verbs': ['lib/services/a.ts', '../web/gate'],
  'services-no-adapter': ['lib/services/b.ts', '../hypervisors/proxmox/client'],
  'notify-sends': ['lib/notify/a.ts', '../web/gate'],
  'worker-drives': ['lib/worker/b.ts', '../web/gate'],
  'app-through-the-gate': ['app/page.tsx', '../lib/store/client'],
  'ui-knows-nothing': ['components/ui/a.tsx', '../../lib/engine/pure'],
  'components-compose': ['components/snapshots/a.tsx', '../../lib/services/verb'],
  'browser-code-stays-small': ['components/snapshots/b.tsx', 'zod'],
  'cli-like-bin': ['lib/cli/a.ts', '../web/gate'],
  'product-not-from-tests': ['lib/services/c.ts', '../testing/builders'],
}

const INNOCENT = [
  'lib/domain/words.ts',
  'lib/engine/pure.ts',
  'lib/hypervisors/port.ts',
  'lib/hypervisors/proxmox/client.ts',
  'lib/services/verb.ts',
  'lib/store/client.ts',
  'lib/testing/builders.ts',
  'lib/web/gate.ts',
]

describe('the dependency rules', () => {
  let directory: string
  let caught: Record<string, string[]>

  beforeAll(async () => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-rules-')))
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), text)
    }
    for (const path of INNOCENT) write(path, 'export const value = 1\n')
    for (const [path, target] of Object.values(BREAKERS))
      write(path, `import * as it from '${target}'\nexport const value = it\n`)
    write('lib/engine/cycle-b.ts', `import * as it from './cycle-a'\nexport const value = it\n`)
    for (const name of ['pg', 'zod']) {
      write(`node_modules/${name}/package.json`, `{"name":"${name}","version":"1.0.0","main":"index.js"}`)
      write(`node_modules/${name}/index.js`, 'module.exports = {}\n')
    }
    write('package.json', '{"dependencies":{"pg":"1.0.0","zod":"1.0.0"}}')
    write('lib/engine/pure.test.ts', `import * as it from '../store/client'\nexport const value = it\n`)
    const options: ICruiseOptions = {
      baseDir: directory,
      validate: true,
      ruleSet: rules,
      doNotFollow: { path: 'node_modules' },
      tsPreCompilationDeps: true,
    }
    const { output } = await cruise(['app', 'components', 'lib'], options)
    caught = {}
    for (const { rule, from } of (output as ICruiseResult).summary.violations) {
      caught[rule.name] = [...(caught[rule.name] ?? []), from]
    }
  })

  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it('have a breaker each', () => {
    expect(Object.keys(BREAKERS).sort()).toEqual((rules.forbidden ?? []).map((rule) => rule.name ?? '').sort())
  })

  it.each(Object.entries(BREAKERS))('%s catches %j', (rule, [path]) => {
    expect(caught[rule] ?? []).toContain(path)
  })

  it('leave alone who breaks none', () => {
    const accused = Object.values(caught).flat()
    for (const path of [...INNOCENT, 'lib/engine/pure.test.ts']) expect(accused).not.toContain(path)
  })
})
