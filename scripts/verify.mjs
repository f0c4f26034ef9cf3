import { runProgram } from './lib/run-program.mjs'

await runProgram(async () => {
  const { verify } = await import('./lib/verify.mjs')
  const reports = await verify()
  const { concludeTests } = await import('./lib/conclude-tests.mjs')
  process.exitCode = concludeTests(reports)
})
