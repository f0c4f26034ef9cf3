import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { root } from '../../scripts/lib/root.mjs'
import { makeNodeCertificate } from '../labs/proxmox/certificate'
import { runCommand } from './installation'

const TOKEN = { id: 'root@pam!lab', secret: '00000000-0000-4000-8000-000000000001' }

/** A Proxmox VE laboratory in a process of its own, as somebody on the node sees it. */
export type ProxmoxProcess = {
  url: string
  fingerprint: string
  /** Asks the laboratory itself, outside the product; resolves with what stands under `data`. */
  ask(method: 'GET' | 'POST' | 'PUT', path: string): Promise<unknown>
  /** Runs a line on the node itself, beside the API; resolves once it is done. */
  onNode(line: string): Promise<void>
  stop(): void
}

/** Starts the recorded server on a free port. `data`: where its certificate is put. */
export async function startProxmoxProcess(data: string, name: string): Promise<ProxmoxProcess> {
  const certificate = makeNodeCertificate('pve1', ['127.0.0.1'])
  const folder = join(data, 'e2e')
  mkdirSync(folder, { recursive: true })
  const cert = join(folder, `${name}.pem`)
  const key = join(folder, `${name}.key`)
  writeFileSync(cert, certificate.leaf)
  writeFileSync(key, certificate.key, { mode: 0o600 })
  const program = join(root, 'scripts', 'lab-proxmox.mjs')
  const child = spawn(process.execPath, [program, '--port', '0', '--cert', cert, '--key', key], { cwd: root })
  const { url, fingerprint } = await untilReady(child)
  return {
    url,
    fingerprint,
    ask: (method, path) => ask(`${url}/api2/json${path}`, method, certificate.ca),
    onNode: (line) => typeOnNode(child, line),
    stop: () => void child.kill(),
  }
}

/** Adds it as a connection by the command line. */
export async function addProxmox(
  data: string,
  name: string,
  { url, fingerprint }: ProxmoxProcess,
  mode: 'observe' | 'operate',
): Promise<void> {
  const file = join(data, 'e2e', `${name}.yaml`)
  const lines = [
    `name: ${name}`,
    'kind: proxmox',
    `mode: ${mode}`,
    `url: ${url}`,
    `tokenId: ${TOKEN.id}`,
    `tokenSecret: ${TOKEN.secret}`,
    `fingerprint: '${fingerprint}'`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  await runCommand(['connection', 'add', '--file', file, '--data', data])
}

function typeOnNode(child: ChildProcess, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let told = ''
    const finish = (error?: Error) => {
      child.stdout?.off('data', hear)
      child.off('exit', gone)
      if (error === undefined) resolve()
      else reject(error)
    }
    const hear = (chunk: unknown) => {
      told += String(chunk)
      if (told.includes(`node did: ${line}\n`)) finish()
      else if (told.includes(`node refused: ${line}`)) finish(new Error(told))
    }
    const gone = () => finish(new Error('the laboratory is gone'))
    child.stdout?.on('data', hear)
    child.once('exit', gone)
    child.stdin?.write(`${line}\n`)
  })
}

function untilReady(child: ChildProcess): Promise<{ url: string; fingerprint: string }> {
  return new Promise((resolve, reject) => {
    let told = ''
    child.stdout?.on('data', (chunk) => {
      told += chunk
      const [, url, fingerprint] = /lab ready: (\S+) (\S+)/.exec(told) ?? []
      if (url !== undefined && fingerprint !== undefined) resolve({ url, fingerprint })
    })
    child.once('exit', (code) => reject(new Error(`the laboratory ended with ${code}: ${told}`)))
  })
}

function ask(url: string, method: string, ca: string): Promise<unknown> {
  const headers = { authorization: `PVEAPIToken=${TOKEN.id}=${TOKEN.secret}` }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ca }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.once('end', () => {
        if (answer.statusCode !== 200) reject(new Error(`${method} ${url}: ${answer.statusCode}`))
        else resolve((JSON.parse(body) as { data: unknown }).data)
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}
