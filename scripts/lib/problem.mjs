/**
 * Something about this machine or its data that a person has to put right. Its message is one line which says what is
 * wrong and what to do; programs print it without a stack and exit with `exitCode`. Anything else thrown is our bug.
 */
export class Problem extends Error {
  /**
   * @param {string} message one line: what is wrong, and what to do
   * @param {{exitCode?: number, cause?: unknown}} [options]
   */
  constructor(message, options = {}) {
    super(message.replace(/\s*\n\s*/g, ' '), options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'Problem'
    /** @type {number} */
    this.exitCode = options.exitCode ?? 2
  }
}

/**
 * The `code` of a Node system error (`ENOENT`, `EACCES` …), or null for anything else.
 * @param {unknown} error
 * @returns {string | null}
 */
export function errorCode(error) {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
