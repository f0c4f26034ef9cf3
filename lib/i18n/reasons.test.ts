import { createTranslator } from 'next-intl'
import { describe, expect, it } from 'vitest'
import type { Reason, ReasonCode } from '@/lib/domain/reason'
import { catalogueOf } from './catalogue'
import { explainInEnglish } from './explain-in-english'
import { createFormat } from './format'
import { explainReason, type FeatureTranslator, type ReasonTranslator } from './reasons'

const now = '2025-08-31T09:42:00.000Z'

/** One of each code; the type refuses a gap. */
const SAMPLES: { [Code in ReasonCode]: Extract<Reason, { code: Code }> } = {
  unreachable: { code: 'unreachable', address: 'kvm-01', cause: 'refused' },
  hung: { code: 'hung', silentForMillis: 30_000 },
  'certificate-unknown': { code: 'certificate-unknown', fingerprint: 'AA', subject: 's', issuer: 'i', validTo: null },
  'certificate-changed': { code: 'certificate-changed', expected: ['AA'], fingerprint: 'BB' },
  'certificate-invalid': { code: 'certificate-invalid', problem: 'expired', fingerprint: null },
  'certificate-refused': { code: 'certificate-refused' },
  'host-key-unknown': { code: 'host-key-unknown', fingerprint: 'SHA256:x', keyType: 'ssh-ed25519', key: 'k' },
  'host-key-changed': { code: 'host-key-changed', fingerprint: null },
  'credentials-refused': { code: 'credentials-refused', method: 'polkit' },
  'credentials-missing': { code: 'credentials-missing', field: 'password' },
  'key-unusable': { code: 'key-unusable', field: 'privateKey' },
  'authentication-unsupported': { code: 'authentication-unsupported', offered: ['gssapi'] },
  cleartext: { code: 'cleartext', address: 'kvm-01' },
  'address-invalid': { code: 'address-invalid', problem: 'dash', part: '-oProxyCommand' },
  'too-old': { code: 'too-old', product: 'libvirt', has: '4.0', needs: '6.0' },
  protocol: { code: 'protocol', problem: 'HTTP 502' },
  'unlock-failed': { code: 'unlock-failed' },
  'not-owner': { code: 'not-owner' },
  'not-permitted': { code: 'not-permitted', privilege: 'storage-pool:read' },
  'second-factor-needed': { code: 'second-factor-needed', totp: true },
  'node-unreachable': { code: 'node-unreachable', node: 'pve2' },
  'storage-inactive': { code: 'storage-inactive', storage: 'nfs1' },
  'no-quorum': { code: 'no-quorum' },
  malformed: { code: 'malformed', what: 'guest', name: 'web', problem: 'no name' },
  'too-large': { code: 'too-large', limit: 'guests', has: 20_000, max: 10_000 },
  interrupted: { code: 'interrupted' },
  'not-told': { code: 'not-told', by: 'Proxmox' },
  'rights-shrunk': { code: 'rights-shrunk' },
  unsupported: { code: 'unsupported', feature: 'snapshot.internal', because: { cause: 'raw-disk', disk: 'vda' } },
  'guest-locked': { code: 'guest-locked', lock: 'backup', text: '' },
  'guest-busy': { code: 'guest-busy', task: 'migrate' },
  'needs-node-command': { code: 'needs-node-command', node: 'pve1', command: 'qm unlock 102' },
  'blocked-by-newer-snapshots': { code: 'blocked-by-newer-snapshots', blockers: ['a', 'b'] },
  'storage-short': { code: 'storage-short', storage: 'default', needs: 2 ** 40, has: 2 ** 30 },
  missing: { code: 'missing', what: 'guest', name: 'web' },
  changed: { code: 'changed', since: '2025-08-31T06:30:00.000Z', fields: ['power'] },
  stale: { code: 'stale', collectedAt: '2025-08-31T09:28:00.000Z', maxAgeMillis: 600_000 },
  'observe-only': { code: 'observe-only' },
  'already-exists': { code: 'already-exists', what: 'connection', name: 'kvm-01' },
  'last-administrator': { code: 'last-administrator' },
  'secret-needed': { code: 'secret-needed' },
  'setup-code-wrong': { code: 'setup-code-wrong', triesLeft: 9 },
  'setup-done': { code: 'setup-done' },
  'weak-password': { code: 'weak-password', minLength: 12 },
  'not-shut-down': { code: 'not-shut-down', waitedMillis: 180_000 },
  'not-collected-in-time': { code: 'not-collected-in-time', waitedMillis: 120_000 },
  'worker-late': { code: 'worker-late', heartbeatAgeMillis: 90_000 },
  expired: { code: 'expired', since: '2025-08-31T09:30:00.000Z' },
  'already-confirmed': { code: 'already-confirmed', operationId: 'op' },
  'consent-missing': { code: 'consent-missing', text: 'WebServer' },
  'check-blocked': { code: 'check-blocked', checks: ['space-for-plan'] },
  held: { code: 'held', snapshot: 'before-update', by: 'lin@example.cn', note: '' },
  'operation-running': { code: 'operation-running', operationId: 'op' },
  'shared-base': { code: 'shared-base', file: '/p/base.qcow2', readers: ['clone-2'] },
  'base-unknown': { code: 'base-unknown', file: '/p/base.qcow2', unread: ['default'] },
  'incomplete-target': { code: 'incomplete-target', snapshot: 'a', state: 'delete' },
  'children-in-the-way': { code: 'children-in-the-way', snapshot: 'a', children: ['b'] },
  'current-unknown': { code: 'current-unknown', guest: 'web' },
  'another-guest': { code: 'another-guest', name: 'web' },
  'space-unknown': { code: 'space-unknown', storage: 'default' },
  'memory-storage-unknown': { code: 'memory-storage-unknown' },
  'name-invalid': { code: 'name-invalid', name: '1st', rule: 'first-letter', max: 40 },
  'identity-risk': { code: 'identity-risk', role: 'etcd' },
  'task-failed': { code: 'task-failed', text: 'snapshot feature is not available' },
  unsure: { code: 'unsure', asked: 'snapshot.rollback' },
  'not-as-predicted': {
    code: 'not-as-predicted',
    differences: [
      { differs: 'step', step: 'b' },
      { differs: 'snapshot-missing', snapshot: 'a', parent: null },
      { differs: 'snapshot-unexpected', snapshot: 'c', parent: 'b' },
      { differs: 'current', found: 'c', expected: 'b' },
      { differs: 'current', found: null, expected: 'b' },
      { differs: 'power', found: 'stopped', expected: 'running' },
      { differs: 'configuration', key: 'cpus', found: '2', expected: null },
    ],
  },
  'probe-failed': { code: 'probe-failed', target: 'web:443', problem: 'refused', status: null, withinMillis: 120_000 },
  'probe-forbidden': { code: 'probe-forbidden', target: 'web:443', address: '127.0.0.1' },
  'probe-skipped': { code: 'probe-skipped', target: 'web:443', because: 'guest-off' },
  cancelled: { code: 'cancelled', by: 'lin@example.cn' },
  'nothing-to-do': { code: 'nothing-to-do' },
  'address-forbidden': { code: 'address-forbidden', address: '169.254.169.254' },
  redirected: { code: 'redirected', to: 'elsewhere' },
  'receiver-busy': { code: 'receiver-busy', status: 429, retryAfterMillis: 30_000 },
  'receiver-refused': { code: 'receiver-refused', status: 400, text: 'invalid_payload' },
  unauthenticated: { code: 'unauthenticated' },
  'sign-in-refused': { code: 'sign-in-refused' },
  forbidden: { code: 'forbidden', needs: 'admin' },
  'asker-may-not': { code: 'asker-may-not', by: 'user:lin@example.cn', needs: 'operator' },
  invalid: { code: 'invalid', errors: [{ path: 'name', message: 'required' }] },
  'rate-limited': { code: 'rate-limited', retryAfterMillis: 90_000 },
  'wrong-origin': { code: 'wrong-origin', expected: 'https://snap.example' },
  'database-away': { code: 'database-away', problem: 'full' },
  failed: { code: 'failed', reference: '7f3a-91c2' },
  rejected: { code: 'rejected', text: 'internal error: <b>no</b>' },
}

describe.each(['en', 'zh-CN'] as const)('reasons in %s', (locale) => {
  const faults: string[] = []
  const messages = catalogueOf(locale) as Record<string, object>
  const onError = (error: Error) => faults.push(error.message)
  const t = createTranslator({ locale, messages, namespace: 'reasons', onError }) as unknown as ReasonTranslator
  const words = createTranslator({ locale, messages, namespace: 'words', onError }) as unknown as FeatureTranslator
  const explain = (reason: Reason) => explainReason(reason, { t, words, format: createFormat(locale, 'UTC'), now })

  it.each(Object.values(SAMPLES))('$code says what is so and what to do', (reason) => {
    const { title, action } = explain(reason)
    expect(faults).toEqual([])
    expect(title).not.toBe('')
    expect(action).not.toBe('')
    expect(title + action).not.toMatch(/[{}]|undefined|reasons\./)
    if (locale === 'en') expect(explainInEnglish(reason, now), 'as programs read it').toEqual({ title, action })
  })

  it('passes foreign words on as they are', () => {
    expect(explain(SAMPLES.rejected).action).toContain('<b>no</b>')
  })

  it('tells a collector that never reported from one that is late', () => {
    const never = explain({ code: 'worker-late', heartbeatAgeMillis: null })
    expect(never.title).not.toBe(explain(SAMPLES['worker-late']).title)
  })
})
