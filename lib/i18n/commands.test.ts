import { createTranslator } from 'next-intl'
import { describe, expect, it } from 'vitest'
import type { Command, CommandKind } from '@/lib/domain/command'
import { CHECK_IDS, type Condition, type Intent } from '@/lib/domain/plan'
import { catalogueOf } from './catalogue'
import { describeInstead, type PlanTranslator } from './checks'
import { describeCommand, describeCondition } from './commands'
import { createFormat } from './format'

const guest = { nativeId: '1', name: 'web', node: 'n' }
const snapshot = { guest, nativeId: 's', name: 's1' }
const disk = { guest, target: 'vda' }
const storage = { nativeId: 'p', name: 'pool', node: 'n' }

/** At least one of each kind; the type refuses a gap. */
const COMMANDS: Record<CommandKind, Command[]> = {
  'snapshot.take': (['none', 'saved'] as const).map((memory) => ({
    do: 'snapshot.take',
    guest,
    name: 's1',
    description: '',
    memory,
    memoryFile: null,
    quiesce: memory === 'none',
    disks: [{ target: 'vdb', mode: 'excluded' }],
  })),
  'snapshot.rollback': [{ do: 'snapshot.rollback', guest, snapshot, powerAfter: 'running', force: true }],
  'snapshot.delete': (['whole', 'entry'] as const).map((how) => ({
    do: 'snapshot.delete',
    guest,
    snapshot,
    children: 'delete',
    how,
  })),
  'snapshot.delete-data': [{ do: 'snapshot.delete-data', guest, disk, name: 's1' }],
  'snapshot.adopt': [{ do: 'snapshot.adopt', guest, name: 's1', createdAt: '', disks: [] }],
  'chain.merge': (['commit', 'pull'] as const).flatMap((direction) =>
    [null, '/pool/base'].map((base) => ({ do: 'chain.merge', guest, disk, direction, base, top: '/pool/top' })),
  ),
  'chain.finish-job': (['pivot', 'abort'] as const).map((end) => ({ do: 'chain.finish-job', guest, disk, end })),
  'guest.power': (['on', 'off', 'shutdown', 'resume'] as const).map((to) => ({
    do: 'guest.power',
    guest,
    to,
    timeLimitMillis: 1000,
  })),
  'guest.thaw': [{ do: 'guest.thaw', guest }],
  'guest.set-tags': [
    { do: 'guest.set-tags', guest, tags: [], protected: null },
    { do: 'guest.set-tags', guest, tags: ['prod'], protected: true },
  ],
  'guest.unlock': [{ do: 'guest.unlock', guest }],
  'guest.discard-saved-memory': [{ do: 'guest.discard-saved-memory', guest }],
  'guest.fork': [{ do: 'guest.fork', guest, snapshot, as: 'copy', disks: [] }],
  'volume.delete': [{ do: 'volume.delete', storage, volume: 'v', path: null }],
  'image.check': [true, false].map((repair) => ({ do: 'image.check', guest, disk, repair })),
}

const CONDITIONS: Record<Exclude<Condition['holds'], 'always' | 'all'>, Condition[]> = {
  'guest-is': [{ holds: 'guest-is', birthMark: null }],
  'snapshot-exists': [{ holds: 'snapshot-exists', name: 's1' }],
  'snapshot-absent': [{ holds: 'snapshot-absent', name: 's1' }],
  'snapshot-complete': [{ holds: 'snapshot-complete', name: 's1' }],
  'snapshot-parent': [null, 's0'].map((parentName) => ({ holds: 'snapshot-parent', name: 's1', parentName })),
  'current-parent': [null, 's1'].map((name) => ({ holds: 'current-parent', name })),
  'newest-is': [{ holds: 'newest-is', name: 's1' }],
  power: [{ holds: 'power', in: ['running', 'stopped'] }],
  unlocked: [{ holds: 'unlocked' }],
  'no-saved-memory': [{ holds: 'no-saved-memory' }],
  'active-image': [{ holds: 'active-image', target: 'vda', file: '/a/b' }],
  'active-image-is-not': [{ holds: 'active-image-is-not', target: 'vda', file: '/a/b' }],
  'chain-lacks': [{ holds: 'chain-lacks', target: 'vda', files: ['/a/b'] }],
  'chain-is': [{ holds: 'chain-is', target: 'vda', files: ['/a/b'] }],
  tags: [[], ['prod']].map((tags) => ({ holds: 'tags', tags, protected: null })),
  'no-unmanaged': [{ holds: 'no-unmanaged', name: 's1' }],
  'guest-exists': [{ holds: 'guest-exists', name: 'copy' }],
}

const guestId = 'g' as never
const INSTEAD: Intent[] = [
  { do: 'rollback', guestId, snapshotId: 's' as never, deleteNewer: true },
  { do: 'rollback', guestId, snapshotId: 's' as never, shutdown: true },
  { do: 'rollback', guestId, snapshotId: 's' as never, safetySnapshot: false },
  { do: 'delete', guestId, snapshotIds: [], children: 'delete' },
  { do: 'take', guestId, memory: false, quiesce: false, kind: 'external' },
  { do: 'merge', guestId, direction: 'pull' },
  { do: 'repair', guestId, repair: { fix: 'unlock' } },
  { do: 'batch', intents: [], onFailure: 'stop' },
]

describe.each(['en', 'zh-CN'] as const)('in %s', (locale) => {
  const messages = catalogueOf(locale)
  const format = createFormat(locale, 'UTC')
  const faults: string[] = []
  const translate = (namespace: 'commands' | 'plan') =>
    createTranslator({ locale, messages, namespace, onError: (error) => faults.push(error.message) })
  const t = translate('commands') as unknown as Parameters<typeof describeCommand>[1]['t']

  it('every command and condition has words, and no argument is missing', () => {
    for (const command of Object.values(COMMANDS).flat()) {
      const { title, doing } = describeCommand(command, { t, format })
      expect(title).not.toMatch(/undefined|commands\.|\{/)
      expect(doing).not.toBe(title)
    }
    for (const condition of Object.values(CONDITIONS).flat())
      expect(describeCondition(condition, { t, format })).toHaveLength(1)
    expect(faults).toEqual([])
  })

  it('says each part of a joined condition, and nothing of one that asks for nothing', () => {
    const all: Condition = { holds: 'all', of: [{ holds: 'always' }, { holds: 'unlocked' }] }
    expect(describeCondition(all, { t, format })).toHaveLength(1)
  })

  it('every alternative is a button of its own', () => {
    const plan = translate('plan') as unknown as PlanTranslator
    const words = INSTEAD.map((intent) => describeInstead(intent, plan))
    expect(new Set(words).size).toBe(INSTEAD.length)
    expect(faults).toEqual([])
  })

  it('every check has its sentences', () => {
    for (const id of CHECK_IDS) {
      const { what, warn, block, unknown } = messages.checks[id]
      expect([what, warn, block, unknown].every((text) => text.length > 0)).toBe(true)
      expect(unknown).not.toBe(block)
    }
  })
})
