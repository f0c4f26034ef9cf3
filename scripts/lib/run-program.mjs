import { Problem } from './problem.mjs'

/** Exit code for what only we can repair, as in the command line. */
const OUR_BUG = 70

/**
 * Runs a program's body: a Problem becomes one line on stderr and its exit code; anything else thrown is our bug and
 * shows where it came from.
 * @param {() => Promise<void>} body
 */
export async function runProgram(body) {
  try {
    await body()
  } catch (error) {
    if (error instanceof Problem) {
      process.stderr.write(`${error.message}\n`)
      process.exitCode = error.exitCode
    } else {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      process.exitCode = OUR_BUG
    }
  }
}
