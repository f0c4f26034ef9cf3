import { runProgram } from './lib/run-program.mjs'

/** Prints the plan of a scenario file (lib/testing/scenarios): `npm run plan -- FILE`. */
await runProgram(async () => {
  const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)
  const { ensureInstalled } = await import('./lib/install.mjs')
  await ensureInstalled({ dev: true, say })
  const { buildScript } = await import('./lib/build-bundle.mjs')
  const { printScenarios } = await import(
    await buildScript('lib/testing/scenarios/print-scenarios.ts', '.cache/plan.mjs')
  )
  printScenarios(process.argv.slice(2))
})
