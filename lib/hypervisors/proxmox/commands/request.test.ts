/** What is asked for each command, held against the schemas of both versions we speak to. */
import { describe, expect, it } from 'vitest'
import type { Command } from '@/lib/domain/command'
import { findRoute } from '../../../../e2e/labs/proxmox/schema/routes'
import { verifyParameters } from '../../../../e2e/labs/proxmox/schema/verify'
import type { Place } from '../place'
import { requestOf } from './request'

const guest = { nativeId: '102', name: 'db01', node: 'pve1' }
const snapshot = { guest, nativeId: 'state_a', name: 'state_a' }
const machine: Place = { node: 'pve1', kind: 'vm', vmid: '102' }
const container: Place = { node: 'pve1', kind: 'container', vmid: '201' }
const take = {
  do: 'snapshot.take',
  guest,
  name: 'before',
  description: '',
  memory: 'none',
  memoryFile: null,
  quiesce: false,
  disks: [{ target: 'scsi0', mode: 'native' }],
} as const satisfies Command
const rollback = { do: 'snapshot.rollback', guest, snapshot, powerAfter: 'as-saved', force: false } as const
const remove = { do: 'snapshot.delete', guest, snapshot, children: 'keep', how: 'whole' } as const
const power = { do: 'guest.power', guest, to: 'shutdown', timeLimitMillis: 90_500 } as const
const tags: Extract<Command, { do: 'guest.set-tags' }> = {
  do: 'guest.set-tags',
  guest,
  tags: ['prod', 'hold'],
  protected: true,
}

const asked = (command: Command, place = machine, isRoot = false) => requestOf(command, place, { isRoot })

/** `POST /snapshot {snapname: before}`, with what is sent and nothing else. */
function shape(command: Command, place = machine, isRoot = false): string {
  const answer = asked(command, place, isRoot)
  if (!answer.ok) return answer.why.code
  const { method, path, parameters } = answer.request
  const sent = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return `${method} ${path.slice(2).join('/')} ${JSON.stringify(Object.fromEntries(sent))}`
}

describe('what is asked', () => {
  it.each<[string, Command, Place]>([
    ['POST qemu/102/snapshot {"snapname":"before"}', take, machine],
    ['POST qemu/102/snapshot {"snapname":"before","vmstate":true}', { ...take, memory: 'saved' }, machine],
    ['POST lxc/201/snapshot {"snapname":"before","description":"a"}', { ...take, description: 'a' }, container],
    ['POST qemu/102/snapshot/state_a/rollback {}', rollback, machine],
    ['POST lxc/201/snapshot/state_a/rollback {"start":true}', { ...rollback, powerAfter: 'running' }, container],
    ['DELETE qemu/102/snapshot/state_a {}', remove, machine],
    ['DELETE qemu/102/snapshot/state_a {"force":true}', { ...remove, how: 'entry' }, machine],
    ['POST qemu/102/status/shutdown {"timeout":91}', power, machine],
    ['POST lxc/201/status/stop {}', { ...power, to: 'off' }, container],
    ['POST qemu/102/status/start {}', { ...power, to: 'on' }, machine],
    ['POST qemu/102/agent/fsfreeze-thaw {}', { do: 'guest.thaw', guest }, machine],
    ['PUT qemu/102/config {"tags":"prod;hold","protection":true}', tags, machine],
    ['PUT lxc/201/config {"delete":"tags"}', { ...tags, tags: [], protected: null }, container],
    ['PUT qemu/102/config {"tags":"prod","protection":false}', { ...tags, tags: ['prod'], protected: false }, machine],
  ])('%s', (expected, command, place) => {
    expect(shape(command, place)).toBe(expected)
    const answer = asked(command, place)
    if (!answer.ok) throw new Error(answer.why.code)
    const { method, path, parameters } = answer.request
    const found = findRoute(method, [...path])
    if (found === undefined) throw new Error(`Proxmox VE knows no ${method} ${path.join('/')}`)
    const given = Object.fromEntries(
      Object.entries(parameters).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, typeof value === 'boolean' ? Number(value) : value]],
      ),
    )
    expect(verifyParameters(found.route.spec, { ...given, ...found.inPath }).errors).toEqual({})
    for (const key of Object.keys(given)) expect(KNOWN_TO_8).toContain(key)
  })

  it('passes over a lock as root himself only, and else says what to type where', () => {
    const unlock = { do: 'guest.unlock', guest } as const
    expect(shape(unlock, machine, true)).toBe('PUT qemu/102/config {"delete":"lock","skiplock":true}')
    const command = (place: Place, isRoot: boolean) => asked(unlock, place, isRoot)
    const onNode = (typed: string) => ({
      ok: false,
      why: { code: 'needs-node-command', node: 'pve1', command: typed },
    })
    expect(command(machine, false)).toEqual(onNode('qm unlock 102'))
    expect(command(container, true)).toEqual(onNode('pct unlock 201'))
  })

  it.each<[string, Command, Place]>([
    ['children', { ...remove, children: 'delete' }, machine],
    ['memory of a container', { ...take, memory: 'saved' }, container],
    ['memory and freezing at once', { ...take, memory: 'saved', quiesce: true }, machine],
    ['an overlay', { ...take, disks: [{ target: 'scsi0', mode: 'external', overlay: '/x' }] }, machine],
    ['a disk left out', { ...take, disks: [{ target: 'scsi0', mode: 'excluded' }] }, machine],
    ['a container’s agent', { do: 'guest.thaw', guest }, container],
    ['a fork', { do: 'guest.fork', guest, snapshot, as: 'x', disks: [] }, machine],
    [
      'adopting',
      { do: 'snapshot.adopt', guest, name: 'x', createdAt: '2026-11-21T00:00:00.000Z', disks: [] } as never,
      machine,
    ],
    ['saved memory', { do: 'guest.discard-saved-memory', guest }, machine],
    ['an image check', { do: 'image.check', guest, disk: { guest, target: 'scsi0' }, repair: false }, machine],
    ['a job', { do: 'chain.finish-job', guest, disk: { guest, target: 'scsi0' }, end: 'pivot' }, machine],
  ])('refuses %s, which Proxmox VE has not', (_what, command, place) => {
    expect(asked(command, place)).toMatchObject({ ok: false, why: { code: 'unsupported' } })
  })
})

/** Parameters of these calls in the schema of 8.4 (field notes: unchanged since, so nothing of 9 alone). */
const KNOWN_TO_8 = ['snapname', 'description', 'vmstate', 'start', 'force', 'timeout', 'tags', 'protection', 'delete']
