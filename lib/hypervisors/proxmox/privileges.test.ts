import { describe, expect, it } from 'vitest'
import { roleFor } from '@/lib/domain/proxmox-role'
import { recordedExchanges } from '../../../e2e/labs/proxmox/replay'
import { judgePrivileges, permissionsSchema } from './privileges'

/** The recorded rights of a token, as findings by ability. */
function findings(seq: number, major = 9) {
  const exchange = recordedExchanges().find((each) => each.seq === seq)
  if (exchange === undefined) throw new Error(`no recording ${seq}`)
  const { data } = exchange.response.body as { data: unknown }
  return new Map(judgePrivileges(permissionsSchema.parse(data), major).map((each) => [each.ability, each]))
}

describe('recorded rights', () => {
  it('everything, for root without separation', () => {
    const all = [...findings(925).values()]
    expect(all.filter(({ granted }) => granted !== 'yes').map(({ ability }) => ability)).toEqual([])
  })

  it('an auditor reads, and sees neither disks nor backups in a storage', () => {
    const found = findings(926)
    for (const ability of ['read-guests', 'read-snapshots', 'read-storage', 'watch-events', 'read-cluster'] as const) {
      expect(found.get(ability)).toMatchObject({ granted: 'yes' })
    }
    expect(found.get('read-volumes')).toMatchObject({
      granted: 'no',
      why: { code: 'not-permitted', privilege: 'VM.Config.Disk', path: '/vms' },
    })
    expect(found.get('read-backups')).toMatchObject({ granted: 'no' })
    expect(found.get('take-snapshot')).toMatchObject({
      granted: 'no',
      needs: { privilege: 'VM.Snapshot', path: '/vms' },
    })
  })

  it('a separated token has what it was given, on one guest', () => {
    const found = findings(932)
    expect(found.get('read-guests')).toMatchObject({ granted: 'some', on: ['/vms/102'] })
    expect(found.get('roll-back')).toMatchObject({ granted: 'some', on: ['/vms/102'] })
    expect(found.get('read-storage')).toMatchObject({ granted: 'no' })
  })

  it('a token without rights has none, and says which are missing', () => {
    for (const finding of findings(938).values()) {
      expect(finding).toMatchObject({ granted: 'no', why: { code: 'not-permitted' } })
    }
  })
})

describe('how far a privilege reaches', () => {
  const judge = (permissions: Record<string, Record<string, number>>, major = 9) =>
    new Map(judgePrivileges(permissions, major).map((each) => [each.ability, each]))

  it('one that is not handed down from a folder gives nothing below it', () => {
    expect(judge({ '/vms': { 'VM.Audit': 0 } }).get('read-guests')).toMatchObject({ granted: 'no' })
    expect(judge({ '/': { 'Sys.Audit': 0 } }).get('read-cluster')).toMatchObject({ granted: 'yes' })
  })

  it('a guest with rights of its own may be the exception', () => {
    const found = judge({ '/vms': { 'VM.Audit': 1 }, '/vms/101': { 'VM.Audit': 1 }, '/vms/102': {} })
    expect(found.get('read-guests')).toMatchObject({ granted: 'some', on: ['/vms/101'] })
  })

  it('rights on everything count on each part', () => {
    expect(judge({ '/': { 'VM.Audit': 1 } }).get('read-guests')).toMatchObject({ granted: 'yes' })
  })

  it('8 and 9 name what thaws a guest differently', () => {
    expect(judge({ '/vms': { 'VM.Monitor': 1 } }, 8).get('thaw')).toMatchObject({ granted: 'yes' })
    expect(judge({ '/vms': { 'VM.Monitor': 1 } }, 9).get('thaw')).toMatchObject({
      granted: 'no',
      needs: { privilege: 'VM.GuestAgent.FileSystemMgmt' },
    })
  })
})

describe('the roles we ask for', () => {
  const granted = (mode: 'observe' | 'operate', major: 8 | 9) =>
    judgePrivileges({ '/': Object.fromEntries(roleFor(mode, major).map((each) => [each, 1])) }, major)
      .filter((each) => each.granted === 'yes')
      .map(({ ability }) => ability)

  it('observe reads and can change nothing', () => {
    for (const major of [8, 9] as const) {
      expect(granted('observe', major)).toEqual([
        'read-guests',
        'read-snapshots',
        'read-storage',
        'watch-events',
        'read-cluster',
      ])
    }
  })

  it('operate lacks only what Proxmox VE ties to changing disks', () => {
    for (const major of [8, 9] as const) {
      const all = judgePrivileges({}, major).map(({ ability }) => ability)
      expect(all.filter((ability) => !granted('operate', major).includes(ability))).toEqual(['read-volumes'])
    }
  })
})
