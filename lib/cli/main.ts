/** The command line as a program. bin/snapwarden builds and starts it. */
import { runCommand } from './run'

/** A password and a connection file are small; whoever pipes more has piped the wrong thing. */
const MAX_STDIN_BYTES = 1024 * 1024

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk)
    size += bytes.byteLength
    if (size > MAX_STDIN_BYTES) break
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Whoever reads us may stop reading (`| head`): that is the end of the work, not a mistake. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  output: {
    out: (text) => {
      process.stdout.write(text)
    },
    err: (text) => {
      process.stderr.write(text)
    },
  },
  readStdin,
})
