import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runScenario, type Scenario } from './run-scenario'

const folder = dirname(fileURLToPath(import.meta.url))
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -5)] : []))

it.each(names)('%s plans as it did', async (name) => {
  const scenario = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Scenario
  await expect(runScenario(scenario)).toMatchFileSnapshot(join(folder, `${name}.golden.txt`))
})
