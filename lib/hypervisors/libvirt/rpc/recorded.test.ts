import { describe, expect, it } from 'vitest'
import { decodeEvent } from './events'
import { encodeFrame, FrameReader, programs } from './frame'
import { connectProcedures } from './procedures/connect'
import { domainProcedures } from './procedures/domain'
import type { Procedure } from './procedures/procedure'
import { snapshotProcedures } from './procedures/snapshot'
import { storageProcedures } from './procedures/storage'
import { decoded, encoded } from './testing/fake-daemon'
import { remoteError } from './types'

/* Bytes of a real conversation with libvirtd 9.0.0 (test:///default), so that the table is held to what is spoken. */

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

const domain = { name: 'test', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f', id: 1 }
const domainBytes = '0000000474657374 6695eb01f6a4830479aa97f2502e193f 00000001'
const pool = { name: 'default-pool', uuid: 'dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566' }
const poolBytes = '0000000c64656661756c742d706f6f6c dfe224cb28fb8dd0c4b264eb3f0f4566'
const name = 'before 升级'
const nameBytes = '0000000d6265666f726520e58d87e7baa7000000'

/** A row: a procedure, what was sent, what was answered, with their bytes. */
function row<A, R>(procedure: Procedure<A, R>, args: A, argsBytes: string, reply: R, replyBytes: string) {
  return {
    name: procedure.name,
    sent: () => encoded(procedure.args, args).toString('hex'),
    argsBytes: hex(argsBytes).toString('hex'),
    answered: () => decoded(procedure.reply, hex(replyBytes)) as unknown,
    reply: reply as unknown,
  }
}

const all = { needResults: 1, flags: 0 }

describe('calls and answers', () => {
  it.each([
    row(connectProcedures.authList, undefined, '', [0], '00000001 00000000'),
    row(connectProcedures.supportsFeature, 10, '0000000a', true, '00000001'),
    row(
      connectProcedures.open,
      { uri: 'test:///default', flags: 0 },
      '00000001 0000000f746573743a2f2f2f64656661756c7400 00000000',
      undefined,
      '',
    ),
    row(connectProcedures.registerDomainEvent, { event: 0, domain: null }, '00000000 00000000', 0, '00000000'),
    row(connectProcedures.registerPoolEvent, { event: 1, pool: null }, '00000001 00000000', 1, '00000001'),
    row(
      connectProcedures.listAllDomains,
      all,
      '00000001 00000000',
      { domains: [domain], count: 1 },
      `00000001 ${domainBytes} 00000001`,
    ),
    row(connectProcedures.getType, undefined, '', 'TEST', '0000000454455354'),
    row(connectProcedures.getLibVersion, undefined, '', 9_000_000n, '0000000000895440'),
    row(connectProcedures.getHostname, undefined, '', 'vm', '00000002766d0000'),
    row(
      connectProcedures.getNodeInfo,
      undefined,
      '',
      { model: 'i686', memoryKib: 3_145_728n, cpus: 16, mhz: 1_400, numaNodes: 2, sockets: 2, cores: 2, threads: 2 },
      `00000069 00000036 00000038 00000036 ${'00000000'.repeat(28)} 0000000000300000 00000010 00000578 00000002 00000002 00000002 00000002`,
    ),
    row(
      connectProcedures.getAllDomainStats,
      { domains: [], stats: 0, flags: 1 << 29 },
      '00000000 00000000 20000000',
      [
        {
          domain,
          values: new Map([
            ['state.state', 3],
            ['state.reason', 1],
          ]),
        },
      ],
      `00000001 ${domainBytes} 00000002 0000000b73746174652e737461746500 00000001 00000003 0000000c73746174652e726561736f6e 00000001 00000001`,
    ),
    row(domainProcedures.suspend, domain, domainBytes, undefined, ''),
    row(
      domainProcedures.getState,
      { domain, flags: 0 },
      `${domainBytes} 00000000`,
      { state: 3, reason: 1 },
      '00000003 00000001',
    ),
    row(
      snapshotProcedures.createXml,
      { domain, xml: `<domainsnapshot><name>${name}</name></domainsnapshot>`, flags: 0 },
      `${domainBytes} 0000003b 3c646f6d61696e736e617073686f743e3c6e616d653e6265666f726520e58d87e7baa73c2f6e616d653e3c2f646f6d61696e736e617073686f743e 00 00000000`,
      { name, domain },
      `${nameBytes} ${domainBytes}`,
    ),
    row(
      snapshotProcedures.listAll,
      { domain, ...all },
      `${domainBytes} 00000001 00000000`,
      { snapshots: [{ name, domain }], count: 1 },
      `00000001 ${nameBytes} ${domainBytes} 00000001`,
    ),
    row(
      storageProcedures.listAllPools,
      all,
      '00000001 00000000',
      { pools: [pool], count: 1 },
      `00000001 ${poolBytes} 00000001`,
    ),
    row(
      storageProcedures.poolGetInfo,
      pool,
      poolBytes,
      { state: 2, capacity: 107_374_182_400n, allocation: 0n, available: 107_374_182_400n },
      '00000002 0000001900000000 0000000000000000 0000001900000000',
    ),
    row(storageProcedures.poolRefresh, { pool, flags: 0 }, `${poolBytes} 00000000`, undefined, ''),
  ])('$name', ({ sent, argsBytes, answered, reply }) => {
    expect(sent()).toBe(argsBytes)
    expect(answered()).toEqual(reply)
  })

  it('a refusal', () => {
    const bytes = hex(
      `00000048 0000000c 00000001 00000049 446f6d61696e20736e617073686f74206e6f7420666f756e643a206e6f20646f6d61696e20736e
       617073686f742077697468206d61746368696e67206e616d6520276e6f7375636827000000 00000002 00000000
       00000001 0000001d 446f6d61696e20736e617073686f74206e6f7420666f756e643a202573000000
       00000001 0000002e 6e6f20646f6d61696e20736e617073686f742077697468206d61746368696e67206e616d6520276e6f73756368270000
       00000000 ffffffff ffffffff 00000000`,
    )
    expect(decoded(remoteError, bytes)).toMatchObject({
      code: 72,
      domain: 12,
      level: 2,
      message: "Domain snapshot not found: no domain snapshot with matching name 'nosuch'",
      str1: 'Domain snapshot not found: %s',
      str3: null,
      int1: -1,
    })
  })
})

describe('events', () => {
  it.each([
    [318, `00000000 ${domainBytes} 00000003 00000000`, { kind: 'lifecycle', domain, change: 'suspended', detail: 0 }],
    [373, `00000001 ${poolBytes}`, { kind: 'pool-refresh', pool }],
  ])('%s', (procedure, bytes, event) => {
    expect(decodeEvent(programs.remote, procedure, hex(bytes))).toEqual(event)
  })
})

it('a whole message', () => {
  const frame = encodeFrame(
    { program: programs.remote, version: 1, procedure: 1, type: 0, serial: 3, status: 0 },
    (writer) => connectProcedures.open.args.encode(writer, { uri: 'test:///default', flags: 0 }),
  )
  expect(frame.toString('hex')).toBe(
    '00000038' +
      '2000808600000001000000010000000000000003' +
      '00000000' +
      '000000010000000f746573743a2f2f2f64656661756c740000000000',
  )
  const seen: number[] = []
  new FrameReader().push(frame, ({ header, payload }) => void seen.push(header.serial, payload.length))
  expect(seen).toEqual([3, 28])
})
