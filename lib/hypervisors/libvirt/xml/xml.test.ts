import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backingName } from './backing-name'
import { parseDomain } from './domain'
import { attribute, child, children, decode, MAX_XML_LENGTH, parseXml, scaledBytes, text } from './element'
import { namedPaths } from './paths'
import { parseSavedConfiguration, parseSnapshot } from './snapshot'
import { parsePool, parseVolume } from './storage'

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}.xml`, import.meta.url), 'utf8')
const IMAGES = '/var/lib/libvirt/images'

function valueIn<T>(outcome: { ok: true; value: T } | { ok: false; why: unknown }): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.why))
  return outcome.value
}

describe('any XML', () => {
  const subject = { what: 'answer', name: 'x' } as const
  const parse = (xml: string) => parseXml(xml, 'root', subject)

  it('is refused when it is cut, at every place', () => {
    const whole = fixture('snapshot-external')
    const end = whole.trimEnd().length
    for (let length = 0; length < end; length += 7) {
      expect(parseSnapshot(whole.slice(0, length), 'cut').ok, `cut at ${length}`).toBe(false)
    }
    const domain = fixture('domain-running-chain')
    for (let length = 0; length < domain.trimEnd().length; length += 7) {
      expect(parseDomain(domain.slice(0, length), 'cut').ok, `cut at ${length}`).toBe(false)
    }
  })

  it('expands no entities of its own making, and no document type is taken', () => {
    const bomb = `<!DOCTYPE root [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><root>&b;</root>`
    expect(parse(bomb)).toMatchObject({ ok: false, why: { code: 'malformed' } })
    expect(text(valueIn(parse('<root>&b;&nbsp;</root>')))).toBe('&b;&nbsp;')
  })

  it('is refused above its size, before anything is parsed', () => {
    const huge = `<root>${' '.repeat(MAX_XML_LENGTH)}</root>`
    expect(parse(huge)).toMatchObject({ why: { code: 'too-large', limit: 'xml-bytes', max: MAX_XML_LENGTH } })
  })

  it('is refused when it nests without end, or is something else', () => {
    expect(parse(`<root>${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}</root>`).ok).toBe(false)
    expect(parse('<other></other>').ok).toBe(false)
    expect(parse('').ok).toBe(false)
    expect(parse('{"root": 1}').ok).toBe(false)
  })

  it('finds no element that was not written, whatever JavaScript would find', () => {
    const root = valueIn(parse(`<root><prototypes a='1'/></root>`))
    expect(child(root, 'valueOf')).toBeNull()
    expect(child(root, 'constructor')).toBeNull()
    expect(attribute(child(root, 'prototypes'), 'a')).toBe('1')
    expect(children(root, 'hasOwnProperty')).toEqual([])
    expect(parse('<root><__proto__>1</__proto__></root>').ok).toBe(false)
  })

  it('keeps spaces, line breaks and every character a text holds', () => {
    const root = valueIn(parse(`<root><n>  a &lt;b&gt; &amp;amp; &#x5347;&#32423;\n\t'"  </n></root>`))
    expect(text(child(root, 'n'))).toBe(`  a <b> &amp; 升级\n\t'"  `)
  })

  it('decodes what XML knows, drops NUL, and leaves what is no character', () => {
    expect(decode('&#0;a&#x0;')).toBe('a')
    expect(decode('&#xD800;&#x110000;&unknown;&')).toBe('&#xD800;&#x110000;&unknown;&')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
        const escaped = plain.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
        expect(decode(escaped)).toBe(plain)
      }),
    )
  })

  it('never throws, whatever is changed in it', () => {
    const originals = ['domain-running-chain', 'snapshot-external', 'volume-overlay', 'pool-dir'].map(fixture)
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(fc.tuple(fc.nat(6_000), fc.string({ maxLength: 6 }), fc.nat(12)), { minLength: 1, maxLength: 4 }),
        (original, edits) => {
          let xml = original
          for (const [place, inserted, removed] of edits) {
            const position = place % xml.length
            xml = xml.slice(0, position) + inserted + xml.slice(position + removed)
          }
          for (const parseOne of [parseDomain, parseSnapshot, parseSavedConfiguration, parseVolume, parsePool]) {
            expect(parseOne(xml, 'x')).toHaveProperty('ok')
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('scales units as libvirt does, and takes nothing it cannot hold', () => {
    const bytes = (xml: string, unit: 'KiB' | 'bytes' = 'KiB') => scaledBytes(valueIn(parse(xml)), unit)
    expect(bytes('<root>1024</root>')).toBe(1_048_576)
    expect(bytes(`<root unit='GiB'>2</root>`)).toBe(2 * 1024 ** 3)
    expect(bytes(`<root unit='bytes'>7</root>`)).toBe(7)
    expect(bytes(`<root unit='furlong'>7</root>`)).toBeNull()
    expect(bytes('<root>-1</root>')).toBeNull()
    expect(bytes('<root>18446744073709551615</root>')).toBeNull()
  })
})

describe('a domain', () => {
  it('that runs tells its chains to the end', () => {
    const { disks, name, cpus, memoryBytes, agent, firmware, kind } = valueIn(
      parseDomain(fixture('domain-running-chain'), '?'),
    )
    expect({ name, cpus, memoryBytes, agent, firmware, kind }).toEqual({
      name: 'mail01',
      cpus: 1,
      memoryBytes: 33_554_432,
      agent: 'not-configured',
      firmware: 'bios',
      kind: 'vm',
    })
    expect(disks.map(({ target, backing, backingEnds }) => [target, backing.length, backingEnds])).toEqual([
      ['vda', 3, true],
      ['vdb', 2, true],
    ])
    expect(disks[0]?.backing.at(-1)).toEqual({
      kind: 'file',
      volume: null,
      file: `${IMAGES}/mail01-vda.qcow2`,
      format: 'qcow2',
    })
  })

  it('that is stopped tells its active images only, and does not claim more', () => {
    const [disk] = valueIn(parseDomain(fixture('domain-stopped-chain'), '?')).disks
    expect(disk).toMatchObject({ target: 'vda', format: 'qcow2', backing: [], backingEnds: false })
  })

  it('tells UEFI, its variable store, TPM, and an empty drive', () => {
    expect(valueIn(parseDomain(fixture('domain-uefi'), '?'))).toMatchObject({
      firmware: 'uefi',
      loaderSettled: true,
      nvram: { format: 'raw', file: `${IMAGES}/uefi01_VARS.fd` },
    })
    const tpm = valueIn(parseDomain(fixture('domain-tpm-cdrom'), '?'))
    expect(tpm.tpm).toBe(true)
    expect(tpm.disks.find(({ device }) => device === 'cdrom')).toMatchObject({ readOnly: true, source: { file: null } })
  })

  it('tells raw disks, agents, devices of the host and what it is called', () => {
    const files = valueIn(parseDomain(fixture('domain-raw'), '?'))
    expect(files.disks[1]?.backing.map(({ format }) => format)).toEqual(['raw'])
    const hostile = valueIn(parseDomain(fixture('domain-hostile-names'), '?'))
    expect(hostile.name).toBe(`财务 数据库 "主" 'x' <script>alert(1) & co`)
    expect(hostile.description).toContain('<script>alert(3)</script>')
    const made = valueIn(
      parseDomain(
        `<domain type='lxc'><name>a</name><uuid>u</uuid><os><type>exe</type></os><vcpu current='1'>4</vcpu><devices>
         <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='disconnected'/></channel>
         <hostdev type='pci'><source><address domain='0x0000' bus='0x06' slot='0x02' function='0x0'/></source></hostdev>
         <filesystem type='mount'><driver type='virtiofs'/><source dir='/srv'/><target dir='data'/></filesystem>
         <interface type='vhostuser'><mac address='52:54:00:00:00:01'/></interface></devices></domain>`,
        '?',
      ),
    )
    expect(made).toMatchObject({ kind: 'container', agent: 'absent', cpus: 1, firmware: 'unknown' })
    expect(made.passthrough).toEqual(['pci 0000:06:02:0', 'vhostuser 52:54:00:00:00:01', 'virtiofs data'])
  })

  it('reads disks of every kind', () => {
    const disks = (xml: string) =>
      valueIn(parseDomain(`<domain type='kvm'><name>a</name><uuid>u</uuid><devices>${xml}</devices></domain>`, '?'))
        .disks
    expect(
      disks(`<disk type='block' device='lun'><source dev='/dev/sdb'/><target dev='sda'/><shareable/></disk>`),
    ).toMatchObject([{ device: 'lun', shareable: true, format: null, source: { kind: 'block', file: '/dev/sdb' } }])
    expect(disks(`<disk type='network'><source protocol='rbd' name='p/i'/><target dev='vda'/></disk>`)).toMatchObject([
      { source: { kind: 'network', file: 'rbd:p/i' } },
    ])
    expect(disks(`<disk type='volume'><source pool='p' volume='v'/><target dev='vda'/></disk>`)).toMatchObject([
      { source: { kind: 'volume', volume: { pool: 'p', name: 'v' } } },
    ])
    expect(disks(`<disk type='file'><source file='/a//b/../c.img'/><target dev='vda'/></disk>`)).toMatchObject([
      { source: { file: '/a/c.img' } },
    ])
    expect(disks(`<disk type='file'><source file='/x'/></disk>`)).toEqual([])
  })

  it('stays readable whatever other programs keep in its metadata', () => {
    const xml = `<domain type='kvm'><name>a</name><uuid>u</uuid><metadata><x:__proto__ xmlns:x='u'>1</x:__proto__><constructor/></metadata></domain>`
    expect(parseDomain(xml, '?').ok).toBe(true)
  })

  it('is flat, human configuration', () => {
    const { configuration } = valueIn(parseDomain(fixture('domain-uefi'), '?'))
    expect(configuration).toMatchObject({
      cpus: '1',
      memory: '64 MiB',
      machine: 'pc-q35-7.2',
      firmware: 'uefi, /usr/share/OVMF/OVMF_CODE_4M.fd',
      'boot order': 'hd',
      'disk vda': 'disk, virtio',
      'disk vda format': 'qcow2',
      'disk vda image': `${IMAGES}/6a560c39-vda.1.qcow2`,
    })
  })
})

describe('a snapshot', () => {
  it('that is external names the overlays it made and the images it froze', () => {
    const snapshot = valueIn(parseSnapshot(fixture('snapshot-external'), 'wednesday'))
    expect(snapshot).toMatchObject({ name: 'wednesday', parent: 'tuesday', state: 'disk-snapshot', memory: 'no' })
    expect(snapshot.disks).toEqual([
      { name: 'vda', mode: 'external', file: `${IMAGES}/fc06b2db-vda.3.qcow2` },
      { name: 'vdb', mode: 'no', file: null },
    ])
    expect([...snapshot.imagesThen]).toEqual([
      ['vda', `${IMAGES}/fc06b2db-vda.2.qcow2`],
      ['vdb', `${IMAGES}/fc06b2db-vdb.2.qcow2`],
    ])
    expect(snapshot.createdSeconds).toBeGreaterThan(1_700_000_000)
  })

  it('with memory names its file', () => {
    const snapshot = valueIn(parseSnapshot(fixture('snapshot-external-memory'), 'with-memory'))
    expect(snapshot).toMatchObject({
      memory: 'external',
      memoryFile: `${IMAGES}/aa4a0282-memory.1.mem`,
      state: 'running',
    })
    expect(valueIn(parseSnapshot(fixture('snapshot-internal-memory'), 'warmer')).memory).toBe('internal')
  })

  it('is named as libvirt lists it, and every path in it counts as named', () => {
    const snapshot = valueIn(parseSnapshot(fixture('snapshot-internal-off'), 'as listed'))
    expect(snapshot.name).toBe('as listed')
    expect(snapshot.paths).toEqual(expect.arrayContaining([`${IMAGES}/db01-vda.qcow2`, `${IMAGES}/db01-vdb.qcow2`]))
  })

  it('of an old libvirt or another driver is read as far as it goes', () => {
    const bare = `<domainsnapshot><name>s</name><state>running</state><creationTime>1</creationTime><domain><uuid>u</uuid></domain></domainsnapshot>`
    expect(valueIn(parseSnapshot(bare, 's'))).toMatchObject({ memory: 'internal', disks: [], parent: null })
    expect(parseSavedConfiguration(bare, 's')).toMatchObject({ ok: false, why: { code: 'not-told' } })
    expect(parseSavedConfiguration('<domainsnapshot><state>off</state></domainsnapshot>', 's')).toMatchObject({
      why: { code: 'not-told' },
    })
  })

  it('keeps what a person wrote about it, however it looks', () => {
    const xml = `<domainsnapshot><description>see &lt;domain type=&apos;x&apos;&gt; &lt;/domain&gt;</description><state>shutoff</state><domain type='kvm'><name>n</name></domain></domainsnapshot>`
    expect(valueIn(parseSnapshot(xml, 's')).description).toBe(`see <domain type='x'> </domain>`)
  })

  it('tells overlays that reverts made (libvirt 9.9 and later)', () => {
    const xml = `<domainsnapshot><state>shutoff</state><revertDisks><disk name='vda' snapshot='external' type='file'><source file='/i/vda.1795235423'/></disk></revertDisks></domainsnapshot>`
    expect(valueIn(parseSnapshot(xml, 's')).revertFiles).toEqual([{ name: 'vda', file: '/i/vda.1795235423' }])
  })

  it('saved a configuration that can be compared with the one now', () => {
    const then = valueIn(parseSavedConfiguration(fixture('snapshot-external'), 'wednesday'))
    const now = valueIn(parseDomain(fixture('domain-running-chain'), '?')).configuration
    const changed = Object.keys(now).filter((name) => now[name] !== then[name])
    expect(changed).toEqual(['disk vda image'])
  })
})

describe('storage', () => {
  it('tells pools', () => {
    expect(valueIn(parsePool(fixture('pool-dir'), '?'))).toMatchObject({ name: 'default', type: 'dir', path: IMAGES })
    expect(parsePool('<pool></pool>', 'p')).toMatchObject({ ok: false, why: { what: 'storage', name: 'p' } })
  })

  it('tells volumes with what they read through to', () => {
    const overlay = valueIn(parseVolume(fixture('volume-overlay'), '?'))
    expect(overlay).toMatchObject({
      format: 'qcow2',
      backing: { path: `${IMAGES}/golden.qcow2` },
      capacityBytes: 33_554_432,
    })
    expect(overlay.allocationBytes).toBeGreaterThan(0)
    expect(overlay.modified).toMatch(/^\d+\.\d+$/)
    expect(valueIn(parseVolume(fixture('volume-base'), '?')).backing).toBeNull()
    expect(valueIn(parseVolume(fixture('volume-memory'), '?'))).toMatchObject({ format: 'raw', backing: null })
    const named = (told: string) => backingName(told)
    expect(named('/images//base.qcow2')).toBe('/images/base.qcow2')
    // As libvirt 9.0 told it of a file that qemu-img had made with such a name (run).
    expect(named('json:{"driver":"qcow2","file":{"driver":"file","filename":"/images/base.qcow2"}}')).toBe(
      '/images/base.qcow2',
    )
    expect(named('json:{"driver":"rbd","pool":"p","image":"i"}')).toMatch(/^json:/)
    expect(named('nbd:localhost:10809')).toBe('nbd:localhost:10809')
    expect(named('nbd+unix:///?socket=/run/nbd')).toMatch(/^nbd/)
    for (const untold of [
      '',
      'base.qcow2',
      'json:not json',
      'json:{"driver":"weird"}',
      'json:{"filename":"base.qcow2"}',
      'json:{"a":{"filename":"/a"},"b":{"filename":"/b"}}',
      'nfs://server/images/base.qcow2',
      `json:${'['.repeat(100_000)}`,
    ]) {
      expect(named(untold), untold.slice(0, 60)).toBeNull()
    }
    const rbd = `<volume type='network'><name>v</name><key>k</key><target><format type='raw'/></target><backingStore/></volume>`
    expect(valueIn(parseVolume(rbd, '?'))).toMatchObject({ path: null, backing: null, type: 'network' })
  })
})

describe('named paths', () => {
  it('are found as whole values and whole texts, in one spelling', () => {
    const xml = `<a b='/x/y' c="/q//r" d='see /no'><e>/text/here\n</e><f>not /this</f><g/></a>`
    expect(namedPaths(xml)).toEqual(['/x/y', '/q/r', '/text/here'])
  })

  it('are found whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('/', "'", '>', '<', 'a', '"') }), (xml) => void namedPaths(xml)),
    )
  })
})
