import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { fingerprintOf, makeNodeCertificate } from './certificate'
import { realClock } from './clock'
import { recordedServer } from './inventory'
import { runOnNode } from './node-shell'
import { seededChance } from './random'
import { startProxmoxLab } from './server'
import { applyCredentials } from './start-options'

/** The laboratory by hand: the recorded server's inventory over HTTPS, until Ctrl-C. */

function fail(why: string): never {
  process.stderr.write(`cannot run: ${why}\n`)
  process.exit(2)
}

function readOptions(): Record<string, string | string[] | undefined> {
  try {
    return parseArgs({
      options: {
        // Where a real server listens.
        port: { type: 'string', default: '8006' },
        host: { type: 'string', default: '127.0.0.1' },
        password: { type: 'string', multiple: true, default: [] },
        token: { type: 'string', multiple: true, default: [] },
        cert: { type: 'string' },
        key: { type: 'string' },
        latency: { type: 'string', default: '0' },
        seed: { type: 'string', default: '1' },
      },
    }).values
  } catch (error) {
    if (error instanceof TypeError) fail(error.message)
    throw error
  }
}

const values = readOptions()
const number = (name: string): number => {
  const text = String(values[name] ?? '')
  if (!/^\d+$/.test(text)) fail(`--${name} wants a whole number, got '${text}'`)
  return Number(text)
}
const port = number('port')
if (port > 65_535) fail(`--port ${port} is above 65535`)
if ((values.cert === undefined) !== (values.key === undefined)) fail('--cert and --key go together')

const host = String(values.host)
const addresses = [...new Set(['127.0.0.1', '::1', ...(/^[\d.]+$|:/.test(host) ? [host] : [])])]
const certificate =
  values.cert === undefined
    ? makeNodeCertificate('pve1', addresses)
    : {
        leaf: readFileSync(String(values.cert), 'utf8'),
        key: readFileSync(String(values.key), 'utf8'),
        ca: '',
        fingerprint: fingerprintOf(readFileSync(String(values.cert), 'utf8')),
      }
const cluster = recordedServer({ clock: realClock(), chance: seededChance(number('seed')) })
const problem = applyCredentials(cluster.state, [values.password ?? []].flat(), [values.token ?? []].flat())
if (problem !== undefined) fail(problem)

const lab = await startProxmoxLab({ cluster, certificate, host, port, latencyMs: number('latency') })
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void lab.close().then(() => process.exit(0))
  })
}
// Somebody with a shell on the node: what no API does, a line at a time.
createInterface({ input: process.stdin }).on('line', (line) => {
  const problem = runOnNode(cluster, line)
  process.stdout.write(problem === undefined ? `node did: ${line}\n` : `node refused: ${line}: ${problem}\n`)
})
process.stdout.write(`lab ready: ${lab.url} ${lab.fingerprint}

name: proxmox-lab
kind: proxmox
mode: operate
url: ${lab.url}
tokenId: root@pam!lab
tokenSecret: 00000000-0000-4000-8000-000000000001
fingerprint: '${lab.fingerprint}'
`)
