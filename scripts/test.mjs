import { runProgram } from './lib/run-program.mjs'

await runProgram(async () => {
  const { runEverything } = await import('./lib/test-rings.mjs')
  const reports = await runEverything({ full: process.argv.includes('--full') })
  const { concludeTests } = await import('./lib/conclude-tests.mjs')
  process.exitCode = concludeTests(reports)
})
