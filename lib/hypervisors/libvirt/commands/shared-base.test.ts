/** Who reads through an image that is written into: what cannot be read may be such a reader, and is never none. */
import { describe, expect, it } from 'vitest'
import type { Host } from '../connect'
import type { LibvirtClient } from '../rpc/client'
import { LibvirtError, libvirtErrorCodes } from '../rpc/errors'
import type { DomainRef } from '../rpc/types'
import { type CommandContext, Refusal } from './context'
import { refuseSharedBase } from './shared-base'

const BASE = '/images/base.qcow2'
const OVERLAY = '/images/mine.qcow2'
const own: DomainRef = { name: 'web', uuid: 'u', id: 1 }

function libvirtError(code: keyof typeof libvirtErrorCodes, errno = -1): LibvirtError {
  const fields = { domain: 18, message: code, level: 2, str1: null, str2: null, str3: null, int1: errno, int2: -1 }
  return new LibvirtError('storage_vol_get_xml_desc', { ...fields, code: libvirtErrorCodes[code] })
}

const volumeXml = (file: string, backing: string | null) =>
  `<volume type='file'><name>v</name><key>${file}</key><target><path>${file}</path><format type='qcow2'/></target>${
    backing === null
      ? ''
      : `<backingStore><path>${backing.replaceAll('"', '&quot;')}</path><format type='qcow2'/></backingStore>`
  }</volume>`

/** A host with one pool whose volumes answer like this, and snapshots of its one guest. */
function aHost(volumes: Record<string, string | LibvirtError>, snapshots: Record<string, string> = {}): CommandContext {
  const pool = { name: 'default', uuid: 'p' }
  const client = {
    storage: {
      listPools: async () => [pool],
      readPoolInfo: async () => ({ state: 2, capacity: 1, allocation: 1, available: 1 }),
      refreshPool: async () => undefined,
      readPoolXml: async () =>
        `<pool type='dir'><name>default</name><uuid>p</uuid><target><path>/images</path></target></pool>`,
      listVolumes: async () => Object.keys(volumes).map((key) => ({ pool: 'default', name: key, key })),
      readVolumeXml: async ({ key }: { key: string }) => {
        const answer = volumes[key] ?? ''
        if (typeof answer === 'string') return answer
        throw answer
      },
    },
    domains: { list: async () => [own], readXml: async () => '<domain/>' },
    snapshots: {
      list: async () => Object.keys(snapshots).map((name) => ({ name, domain: own })),
      readXml: async ({ name }: { name: string }) => snapshots[name] ?? '',
    },
  } as unknown as LibvirtClient
  const host: Host = { client, node: 'kvm01', driver: 'QEMU', version: 9_000_000, versionText: '9.0.0', local: true }
  return { host, signal: new AbortController().signal } as CommandContext
}

const ask = (context: CommandContext, accepted?: readonly string[]) =>
  refuseSharedBase(context, own, [{ file: BASE, merged: new Set([OVERLAY]) }], accepted).then(
    () => null,
    (error: unknown) => {
      if (error instanceof Refusal) return error.why
      throw error
    },
  )
const beside = (file: string, answer: string | LibvirtError) =>
  ask(aHost({ [BASE]: volumeXml(BASE, null), [OVERLAY]: volumeXml(OVERLAY, BASE), [file]: answer }))

describe('an image that is written into', () => {
  it('may be, where only what is merged reads through it', async () => {
    expect(await ask(aHost({ [BASE]: volumeXml(BASE, null), [OVERLAY]: volumeXml(OVERLAY, BASE) }))).toBeNull()
  })

  it.each([
    BASE,
    `json:{"driver":"qcow2","file":{"driver":"file","filename":"${BASE}"}}`,
    `json:{"driver":"qcow2","file.filename":"/images//base.qcow2"}`,
    `file:${BASE}`,
  ])('may not, where another overlay names it as %s', async (backing) => {
    const other = '/images/other.qcow2'
    expect(await beside(other, volumeXml(other, backing))).toEqual({
      code: 'shared-base',
      file: BASE,
      readers: [other],
    })
  })

  it.each([
    ['could not be read', libvirtError('internal')],
    ['is there and may not be looked at', libvirtError('systemError', 13)],
    ['reads through something nobody can tell', volumeXml('/images/x', 'json:{"driver":"weird"}')],
    ['is described by no XML', 'not XML'],
  ])('may not, beside a volume that %s: it may read through it', async (_, answer) => {
    const why = { code: 'base-unknown', file: BASE, unread: ['/images/x'] }
    expect(await beside('/images/x', answer)).toEqual(why)
  })

  it.each([
    ['is gone', libvirtError('noStorageVolume')],
    ['lost its file', libvirtError('systemError', 2)],
    ['reads through a server elsewhere', volumeXml('/images/x', 'rbd:pool/image')],
  ])('may be, beside a volume that %s', async (_, answer) => {
    expect(await beside('/images/x', answer)).toBeNull()
  })

  it('may be in spite of the volumes that somebody accepted, and of no other', async () => {
    const dark = (file: string) => volumeXml(file, 'json:{"driver":"weird"}')
    const host = aHost({ '/images/x': dark('/images/x'), '/images/y': dark('/images/y') })
    expect(await ask(host, ['/images/x', '/images/y'])).toBeNull()
    expect(await ask(host, ['/images/x'])).toEqual({ code: 'base-unknown', file: BASE, unread: ['/images/y'] })
  })

  it('may not, where a snapshot of its own guest could not be read: it may have left a branch on it', async () => {
    const volumes = { [BASE]: volumeXml(BASE, null), [OVERLAY]: volumeXml(OVERLAY, BASE) }
    expect(await ask(aHost(volumes, { torn: '<domainsnapshot>' }))).toEqual({
      code: 'base-unknown',
      file: BASE,
      unread: ['web: torn'],
    })
  })
})
