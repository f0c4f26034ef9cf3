import { describe, expect, it } from 'vitest'
import { GIB, MIB } from '@/lib/domain/units'
import { aDisk, aGuest, anImage, aSnapshot, aStorage, hoursAgo } from '@/lib/testing/builders'
import { aWorld, guestId, planned, planOf, refusalOf, snapshotId, toDelete } from './testing'

const names = (keys: string[]) => keys.map((key) => key.slice(key.indexOf('-') + 1))
const stepsOf = (plan: { steps: { key: string }[] }) => names(plan.steps.map(({ key }) => key))

/** base ← a ← b ← c (now) */
const chain = () => aGuest('web').withChain('a', 'b', 'c')

describe('deleting external snapshots on libvirt', () => {
  it('folds the oldest first, so that each block is copied once, and hangs children on their grandparent', () => {
    const plan = planOf(aWorld().withGuest(chain()), toDelete('web', 'b', 'a'))
    expect(stepsOf(plan)).toEqual(['delete-a', 'delete-b'])
    expect(plan.predicted).toEqual({
      snapshots: [{ name: 'c', parentName: null }],
      currentParentName: 'c',
      power: 'running',
    })
    expect(plan.merges).toEqual([
      {
        guestId: 'g:web',
        disk: 'vda',
        layers: ['/images/vda.a.qcow2'],
        into: '/images/vda.qcow2',
        direction: 'commit',
      },
      {
        guestId: 'g:web',
        disk: 'vda',
        layers: ['/images/vda.b.qcow2'],
        into: '/images/vda.qcow2',
        direction: 'commit',
      },
    ])
    expect(plan.steps[0]?.after).toEqual({
      holds: 'all',
      of: [
        { holds: 'snapshot-absent', name: 'a' },
        { holds: 'snapshot-parent', name: 'b', parentName: null },
        { holds: 'chain-lacks', target: 'vda', files: ['/images/vda.a.qcow2'] },
      ],
    })
    expect(plan.steps[1]?.before).toMatchObject({
      of: expect.arrayContaining([
        {
          holds: 'chain-is',
          target: 'vda',
          files: ['/images/vda.c.qcow2', '/images/vda.b.qcow2', '/images/vda.qcow2'],
        },
      ]),
    })
  })

  it('waits where nobody tells what the current state stands on: it decides what is merged and what is removed', () => {
    const refused = refusalOf(aWorld().withGuest(chain().withCurrentUntold()), toDelete('web', 'b'))
    expect(refused.why).toEqual([{ code: 'current-unknown', guest: 'web' }])
    expect(refused.checks.find(({ id }) => id === 'supported')).toMatchObject({ verdict: 'unknown', by: 'guard' })
  })

  it('does not predict a place on the base disk for an internal one whose guest stands nobody tells where', () => {
    const guest = aGuest('web').withSnapshots(aSnapshot('a'), aSnapshot('b').childOf('a')).withCurrentUntold()
    const { predicted } = planOf(aWorld().withGuest(guest), toDelete('web', 'b'))
    expect(predicted).toMatchObject({ currentParentName: null, currentUnknown: true })
    const all = planOf(aWorld().withGuest(guest), toDelete('web', 'b', 'a'))
    expect(all.predicted).toEqual({ snapshots: [], currentParentName: null, power: 'running' })
  })

  it('leaves the current state on nothing when its last snapshot goes', () => {
    const plan = planOf(aWorld().withGuest(aGuest('web').withChain('a')), toDelete('web', 'a'))
    expect(plan.predicted).toEqual({ snapshots: [], currentParentName: null, power: 'running' })
    expect(plan.losses.map(({ kind, name }) => [kind, name])).toEqual([['way-back', 'a']])
  })

  it('bounds space by the law where no block map was read', () => {
    const plan = planOf(aWorld().withGuest(chain()), toDelete('web', 'a'))
    // overlay 1 GiB into a base of 4 of 20 GiB: nothing of it, or all of it, is new there
    expect(plan.space).toMatchObject([
      { storageName: 'images', peak: { min: 0, max: GIB }, frees: { min: 0, max: GIB } },
    ])
  })

  it('tells growth by the images’ own maps, also over several merges', () => {
    const images = [
      anImage('/images/vda.b.qcow2', {
        allocatedBytes: 300 * MIB,
        madeBySnapshot: 'b',
        growthBelow: [
          { min: 40 * MIB, max: 40 * MIB },
          { min: 250 * MIB, max: 250 * MIB },
        ],
      }),
      anImage('/images/vda.a.qcow2', {
        allocatedBytes: 200 * MIB,
        madeBySnapshot: 'a',
        growthBelow: [{ min: 150 * MIB, max: 150 * MIB }],
      }),
      anImage('/images/vda.qcow2'),
    ]
    const guest = aGuest('web')
      .withChain('a', 'b')
      .withDisks(aDisk('vda', { chain: images }))
    const plan = planOf(aWorld().withGuest(guest), toDelete('web', 'a', 'b'))
    const slack = 256 * 1024
    // a: +150, −200; then b: 250 − 150 = +100, −300
    expect(plan.space[0]).toMatchObject({
      peak: { min: 150 * MIB - slack, max: 150 * MIB + slack },
      frees: { min: 250 * MIB - 2 * slack, max: 250 * MIB + 2 * slack },
    })
  })

  const branched = () =>
    aGuest('web')
      .withSnapshots(
        aSnapshot('a').external(),
        aSnapshot('side')
          .external()
          .childOf('a')
          .with({
            disks: [
              {
                name: 'vda',
                mode: 'external',
                file: '/images/vda.side.qcow2',
                bytes: null,
                frozen: '/images/vda.old.qcow2',
              },
            ],
          }),
        aSnapshot('live').external().childOf('a'),
      )
      .withDisks(
        aDisk('vda', {
          chain: [
            anImage('/images/vda.live.qcow2', { madeBySnapshot: 'live' }),
            anImage('/images/vda.17.qcow2', { madeBySnapshot: 'a' }),
            anImage('/images/vda.qcow2'),
          ],
        }),
      )

  it('refuses what libvirt refuses: two branches; and offers to delete the side branch too', () => {
    const world = aWorld()
      .withGuest(branched())
      .withVolume({ path: '/images/vda.old.qcow2', backingFile: null, allocatedBytes: GIB })
    const refused = refusalOf(world, toDelete('web', 'a'))
    expect(refused.why).toEqual([{ code: 'children-in-the-way', snapshot: 'a', children: ['side'] }])
    expect(refused.checks.find(({ id }) => id === 'children-handled')).toMatchObject({
      verdict: 'block',
      by: 'hypervisor',
    })
    expect(refused.instead).toEqual([toDelete('web', 'side', 'a')])
    const both = planOf(world, refused.instead[0] as never)
    expect(stepsOf(both)).toEqual(['delete-side', 'delete-a'])
    expect(both.space[0]?.frees.min).toBeGreaterThanOrEqual(GIB)
  })

  it('does not know whether older versions find the overlay that a revert made', () => {
    const images = [
      anImage('/images/vda.live.qcow2', { madeBySnapshot: 'live' }),
      anImage('/images/vda.17.qcow2', { madeBySnapshot: 'a' }),
      anImage('/images/vda.qcow2'),
    ]
    const guest = () =>
      aGuest('web')
        .withChain('a', 'live')
        .withDisks(aDisk('vda', { chain: images }))
    const old = refusalOf(aWorld('libvirt', { version: '10.0.0' }).withGuest(guest()), toDelete('web', 'a'))
    expect(old.checks.find(({ id }) => id === 'supported')).toMatchObject({ verdict: 'unknown', by: 'guard' })
    expect(stepsOf(planOf(aWorld().withGuest(guest()), toDelete('web', 'a')))).toEqual(['delete-a'])
  })

  it('does not remove a leaf’s image that an overlay elsewhere reads through', () => {
    const world = aWorld()
      .withGuest(branched())
      .withVolume({ path: '/images/vda.old.qcow2', usedBy: [] })
      .withVolume({
        path: '/images/clone.qcow2',
        backingFile: '/images/vda.old.qcow2',
        usedBy: [{ nativeId: 'x', name: 'clone' }],
      })
    const refused = refusalOf(world, toDelete('web', 'side'))
    expect(refused.why).toEqual([
      { code: 'shared-base', file: '/images/vda.old.qcow2', readers: ['/images/clone.qcow2'] },
    ])
  })

  it('does not know what a leaf would take with it where its image is not told', () => {
    const guest = branched().build()
    if (guest.snapshots.status === 'read')
      for (const item of guest.snapshots.value.items) for (const disk of item.disks) delete disk.frozen
    const world = aWorld().withGuest(Object.assign(aGuest('web'), { build: () => guest }))
    expect(refusalOf(world, toDelete('web', 'side')).checks.find(({ id }) => id === 'base-not-shared')).toMatchObject({
      verdict: 'unknown',
      by: 'guard',
    })
  })

  it('knows 9.0: off, it merges only what its own configuration of the guest names', () => {
    const old = (namedImages: number) => {
      const { disks } = aGuest('web').withChain('a', 'b').build()
      const [disk] = disks.status === 'read' ? disks.value : []
      if (disk === undefined) throw new Error('read')
      const guest = aGuest('web')
        .withChain('a', 'b')
        .stopped()
        .withDisks({ ...disk, namedImages })
      return aWorld('libvirt', { version: '9.0.0' }).withGuest(guest)
    }
    expect(refusalOf(old(1), toDelete('web', 'a')).checks.find(({ id }) => id === 'supported')).toMatchObject({
      by: 'hypervisor',
      why: { because: { cause: 'guest-off' } },
    })
    expect(stepsOf(planOf(old(1), toDelete('web', 'b')))).toEqual(['delete-b'])
    expect(stepsOf(planOf(old(3), toDelete('web', 'a')))).toEqual(['delete-a'])
    // Once the one above is merged away, the next one's image is the active one, which it always names.
    expect(stepsOf(planOf(old(1), toDelete('web', 'b', 'a')))).toEqual(['delete-b', 'delete-a'])
    expect(stepsOf(planOf(old(1), toDelete('web', 'a', 'b')))).toEqual(['delete-b', 'delete-a'])
  })

  it('knows that 9.0 leaves memory files behind', () => {
    const old = { version: '9.0.0' }
    const leaky = aGuest('web')
      .withSnapshots(aSnapshot('a').external().withMemory(MIB))
      .withDisks(
        aDisk('vda', {
          chain: [anImage('/images/vda.a.qcow2', { madeBySnapshot: 'a' }), anImage('/images/vda.qcow2')],
        }),
      )
    expect(stepsOf(planOf(aWorld('libvirt', old).withGuest(leaky), toDelete('web', 'a')))).toEqual([
      'delete-a',
      'remove-memory-file',
    ])
    expect(stepsOf(planOf(aWorld().withGuest(leaky), toDelete('web', 'a')))).toEqual(['delete-a'])
  })

  it('sees that other hands changed the chain', () => {
    const guest = chain().withDisks(
      aDisk('vda', { chain: [anImage('/images/vda.c.qcow2', { madeBySnapshot: 'c' }), anImage('/images/vda.qcow2')] }),
    )
    expect(
      refusalOf(aWorld().withGuest(guest), toDelete('web', 'b')).checks.find(({ id }) => id === 'supported'),
    ).toMatchObject({
      by: 'hypervisor',
      why: { because: { cause: 'chain-changed', disk: 'vda' } },
    })
  })
})

describe('a base that others read through', () => {
  it('is written by nobody, whoever asks', () => {
    const world = aWorld()
      .withGuest(aGuest('web').withChain('a'))
      .withVolume({
        path: '/images/vda.qcow2',
        usedBy: [
          { nativeId: 'id-of-web', name: 'web' },
          { nativeId: 'other', name: 'clone' },
        ],
      })
    const refused = refusalOf(world, { ...toDelete('web', 'a'), override: ['base-not-shared'] })
    expect(refused.why).toEqual([{ code: 'shared-base', file: '/images/vda.qcow2', readers: ['clone'] }])
    expect(refused.checks.find(({ id }) => id === 'base-not-shared')).toMatchObject({ by: 'guard', overridden: false })
  })

  it('may be read by what was not read: unknown stops, and an administrator may know better', () => {
    const world = aWorld()
      .withGuest(aGuest('web').withChain('a'))
      .with({
        imagesUnread: [
          {
            connectionId: 'c:host' as never,
            connectionName: 'host',
            section: 'volumes',
            subject: 'nfs',
            why: { code: 'interrupted' },
          },
        ],
      })
    const refused = refusalOf(world, toDelete('web', 'a'))
    expect(refused.why).toEqual([{ code: 'base-unknown', file: '/images/vda.qcow2', unread: ['volumes nfs'] }])
    const forced = planOf(world, { ...toDelete('web', 'a'), override: ['base-not-shared'] })
    expect(forced.checks.find(({ id }) => id === 'base-not-shared')).toMatchObject({
      verdict: 'unknown',
      overridden: true,
    })
  })
})

describe('deleting internal snapshots', () => {
  const internal = () =>
    aGuest('db').withSnapshots(aSnapshot('a'), aSnapshot('b').childOf('a'), aSnapshot('c').childOf('b')).currentOn('c')

  it('works in any order, and tells what is freed inside the image apart from what the storage gains', () => {
    const held = [
      { snapshots: ['a'], bytes: 10 * MIB },
      { snapshots: ['a', 'b'], bytes: 30 * MIB },
      { snapshots: ['b', 'c'], bytes: 500 * MIB },
    ]
    const guest = internal().withDisks(aDisk('vda', { heldInside: held }))
    const plan = planOf(aWorld().withGuest(guest), toDelete('db', 'a', 'b'))
    expect(plan.predicted).toMatchObject({ snapshots: [{ name: 'c', parentName: null }], currentParentName: 'c' })
    expect(plan.space[0]).toMatchObject({
      peak: { min: 0, max: MIB / 2 },
      insideImages: { min: 40 * MIB, max: 40 * MIB },
    })
    const nfs = aWorld()
      .withGuest(guest)
      .withStorage(aStorage('images').withFacts({ type: 'netfs' }))
    expect(planOf(nfs, toDelete('db', 'a', 'b')).space[0]?.frees.min).toBe(0)
  })

  it('takes children along where asked, each as a step of its own', () => {
    const plan = planOf(aWorld().withGuest(internal()), { ...toDelete('db', 'b'), children: 'delete' })
    expect(stepsOf(plan)).toEqual(['delete-b', 'delete-c'])
    expect(plan.predicted).toMatchObject({ snapshots: [{ name: 'a', parentName: null }], currentParentName: 'a' })
  })

  it('never mixes: with both kinds in one chain nothing is deleted', () => {
    const mixed = aGuest('db').withSnapshots(aSnapshot('a'), aSnapshot('b').external().childOf('a'))
    expect(
      refusalOf(aWorld().withGuest(mixed), toDelete('db', 'a')).checks.find(({ id }) => id === 'not-mixed'),
    ).toMatchObject({
      verdict: 'block',
      by: 'guard',
    })
  })
})

describe('deleting on Proxmox', () => {
  const guest = () =>
    aGuest('crm')
      .withSnapshots(
        aSnapshot('a').native(),
        aSnapshot('b').native().childOf('a'),
        aSnapshot('c').native().childOf('a'),
      )
      .currentOn('c')
      .withDisks(aDisk('scsi0', { chain: null, storage: 'id-of-thin' }))
  const thin = aStorage('thin').withFacts({ type: 'lvmthin', path: null })

  it('re-parents children, claims no bytes, and needs nothing at the peak', () => {
    const plan = planOf(aWorld('proxmox').withGuest(guest()).withStorage(thin), toDelete('crm', 'a'))
    expect(plan.predicted).toEqual({
      snapshots: [
        { name: 'b', parentName: null },
        { name: 'c', parentName: null },
      ],
      currentParentName: 'c',
      power: 'running',
    })
    expect(plan.space).toMatchObject([{ storageName: 'thin', peak: { min: 0, max: 0 }, frees: { min: 0, max: null } }])
    expect(plan.time).toBeNull()
  })
})

describe('what stands against a deletion', () => {
  it('is a hold, whoever asks', () => {
    const world = aWorld().withGuest(chain()).holding('web', 'b', 'audit')
    const refused = refusalOf(world, { ...toDelete('web', 'a', 'b'), override: ['not-held'] })
    expect(refused.why).toEqual([{ code: 'held', snapshot: 'b', by: 'Chen Hao', note: 'audit' }])
  })

  it('is a snapshot that is not there, or only half', () => {
    const world = aWorld().withGuest(aGuest('web').withSnapshots(aSnapshot('half').incomplete()))
    expect(refusalOf(world, toDelete('web', 'gone')).why).toEqual([
      { code: 'missing', what: 'snapshot', name: 's:web/gone' },
    ])
    expect(refusalOf(world, toDelete('web', 'half')).instead).toEqual([
      { do: 'repair', guestId: guestId('web'), repair: { fix: 'remove-entry', snapshotId: snapshotId('web', 'half') } },
    ])
  })

  it('asks for a written yes above five items and in production', () => {
    const many = aGuest('web').withSnapshots(
      ...['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => aSnapshot(name).takenAt(hoursAgo(index + 1))),
    )
    const world = aWorld().withGuest(many)
    expect(planOf(world, toDelete('web', 'a', 'b', 'c', 'd', 'e', 'f'))).toMatchObject({
      consent: 'type-name',
      consentText: '6 snapshots',
    })
    expect(planOf(world, toDelete('web', 'a'))).toMatchObject({ consent: 'click' })
    const prod = aWorld().withGuest(many, { environment: 'production' })
    expect(planOf(prod, toDelete('web', 'a'))).toMatchObject({ consent: 'type-name', consentText: 'web' })
  })

  it('says who says no: every refusal of a plan carries it', () => {
    const result = planned(aWorld('libvirt', { mode: 'observe' }).withGuest(chain()), toDelete('web', 'a'))
    expect(result).toMatchObject({ kind: 'impossible', why: [{ code: 'observe-only' }] })
    expect(result.kind === 'impossible' && result.checks.filter(({ by }) => by !== null)).toMatchObject([
      { id: 'permitted', by: 'guard' },
    ])
  })
})
