/** What is wrong with the database itself, told from what it or the way to it threw. */

/** SQLSTATE of a full disk. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DISK_FULL = '53100'
/** Classes of a lost connection (08) and of a server that stops or starts (57P), and the sockets' and Prisma's own. */
const DOWN =
  /^(08...|57P0[1-5]|ECONNREFUSED|ECONNRESET|EPIPE|P1001|P1017|DatabaseNotReachable|ConnectionClosed|SocketTimeout)$/
/** The client gives these no code. */
const DOWN_IN_WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

/** Causes of causes are a few; a circle must not hold us. */
const DEEPEST = 6

/** Null when the error is something else: then it is our bug. Prisma wraps what PostgreSQL said; both are looked into. */
export function databaseProblem(error: unknown): 'full' | 'down' | null {
  let at: unknown = error
  for (let depth = 0; depth < DEEPEST && typeof at === 'object' && at !== null; depth += 1) {
    const { code, originalCode, kind, message, cause, meta } = at as Record<string, unknown>
    for (const found of [code, originalCode, kind]) {
      if (found === DISK_FULL) return 'full'
      if (typeof found === 'string' && DOWN.test(found)) return 'down'
    }
    if (typeof message === 'string' && DOWN_IN_WORDS.test(message)) return 'down'
    at = cause ?? (meta as Record<string, unknown> | undefined)?.driverAdapterError
  }
  return null
}
