import { runProgram } from './lib/run-program.mjs'

await runProgram(async () => {
  const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)
  const { ensureInstalled } = await import('./lib/install.mjs')
  await ensureInstalled({ dev: false, say })
  const { ALL_PARTS, ensureBuilt } = await import('./lib/build.mjs')
  const { built } = await ensureBuilt({ parts: ALL_PARTS, say })
  say(built.length === 0 ? 'Everything is built already.' : `Built ${built.join(', ')}.`)
})
