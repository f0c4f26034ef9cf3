import { runProgram } from './lib/run-program.mjs'

await runProgram(async () => {
  const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)
  const { ensureInstalled } = await import('./lib/install.mjs')
  await ensureInstalled({ dev: true, say })
  const { ALL_PARTS, ensureBuilt } = await import('./lib/build.mjs')
  await ensureBuilt({ parts: ALL_PARTS, say })
  const { buildScript } = await import('./lib/build-bundle.mjs')
  const { runBenches } = await import(await buildScript('scripts/bench/main.ts', '.cache/bench.mjs'))
  process.exitCode = await runBenches(process.argv.slice(2))
})
