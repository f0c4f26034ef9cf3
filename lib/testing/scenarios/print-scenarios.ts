/** Prints what the planner makes of scenario files. */
import { readFileSync } from 'node:fs'
import { Problem } from '../../../scripts/lib/problem.mjs'
import { runScenario, type Scenario } from './run-scenario'

/** @throws Problem when no file is named, or one cannot be read as a scenario */
export function printScenarios(files: readonly string[]): void {
  if (files.length === 0) throw new Problem('Name a scenario: npm run plan -- lib/testing/scenarios/delete-middle.json')
  for (const file of files) process.stdout.write(runScenario(readScenario(file)))
}

function readScenario(file: string): Scenario {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Scenario
  } catch (error) {
    throw new Problem(`${file} is no scenario: ${error instanceof Error ? error.message : String(error)}`)
  }
}
