/**
 * Loaded into our programs before they begin (`node --import`). The launcher sends the environment's secrets over the
 * IPC channel, so that neither a process list nor /proc/PID/environ shows them; and a closed channel means that the
 * launcher is gone: the program is asked to end as if by SIGTERM, and made to if it cannot.
 */
const HARD_END_MS = 2_500

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), HARD_END_MS).unref()
})

await new Promise((resolve) => {
  process.once('message', (message) => {
    const values = /** @type {{ environment: Record<string, string> }} */ (message).environment
    Object.assign(process.env, values)
    resolve(undefined)
  })
})
process.channel?.unref()
