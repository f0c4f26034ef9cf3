import { launch } from './lib/launch.mjs'
import { runProgram } from './lib/run-program.mjs'

await runProgram(() => launch({ args: process.argv.slice(2), development: true }))
