import { runProgram } from './lib/run-program.mjs'

await runProgram(async () => {
  const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)
  const { ensureInstalled } = await import('./lib/install.mjs')
  await ensureInstalled({ dev: true, say })
  const { ensureBuilt } = await import('./lib/build.mjs')
  // What else is to be built the benches that are asked for say.
  await ensureBuilt({ parts: ['generate'], say })
  const { buildScript } = await import('./lib/build-bundle.mjs')
  const { runBenches } = await import(await buildScript('scripts/bench/main.ts', '.cache/bench.mjs'))
  process.exitCode = await runBenches(process.argv.slice(2))
})
