import { get } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode, Problem } from './problem.mjs'

/** A first start on a slow machine compiles and connects everything; longer than this and something is wrong. */
const PATIENCE_MS = 120_000
const POLL_MS = 40
const ANSWER_TIMEOUT_MS = 10_000

/**
 * Waits until the health page answers 200.
 * @param {{ host: string, port: number, signal: AbortSignal, logs: string }} input `logs` is named when it never does
 */
export async function waitForHealth({ host, port, signal, logs }) {
  const deadline = performance.now() + PATIENCE_MS
  let last = 'it did not answer'
  while (performance.now() < deadline) {
    const answer = await askHealth(host, port)
    if (answer.status === 200) return
    last = answer.reason
    await wait(POLL_MS, undefined, { signal })
  }
  throw new Problem(
    `Snapwarden did not become healthy within ${PATIENCE_MS / 1000} s (${last}): see the logs in ${logs}.`,
    { exitCode: 1 },
  )
}

/** @param {string} host @param {number} port @returns {Promise<{ status: number, reason: string }>} */
function askHealth(host, port) {
  return new Promise((resolve, reject) => {
    const request = get({ host, port, path: '/api/health', timeout: ANSWER_TIMEOUT_MS, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, reason: reasonIn(body) }))
      response.on('error', (error) => resolve({ status: 0, reason: error.message }))
    })
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', (error) => {
      if (errorCode(error) === 'ERR_INVALID_ARG_VALUE') reject(error)
      else resolve({ status: 0, reason: error.message })
    })
  })
}

/** @param {string} body */
function reasonIn(body) {
  const match = /"reason":"([a-z-]+)"/.exec(body)
  return match?.[1] ?? body.slice(0, 200)
}
