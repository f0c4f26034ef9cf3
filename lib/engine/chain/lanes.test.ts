import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyListing, anyProperListing } from '@/lib/testing/listings'
import { laneCount, layoutLanes, type TreeRow } from './lanes'
import { buildTree, type TreeSnapshot } from './tree'

const snap = (nativeId: string, parent: string | null, order: number): TreeSnapshot => ({
  nativeId,
  name: nativeId,
  parent,
  parentMissing: null,
  createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, order)).toISOString(),
})

/** A picture of the rows: `|` passes, `\` bends in, `*` a node, `@` the current state, `+` a fold; `:` where broken. */
function picture(rows: TreeRow[]): string[] {
  return rows.map((row) => {
    const cells = Array.from({ length: laneCount(rows) }, () => ' ')
    for (const segment of row.segments) {
      if (segment.shape === 'line' && segment.lane !== row.lane) cells[segment.lane] = segment.broken ? ':' : '|'
    }
    cells[row.lane] = { base: '#', snapshot: '*', current: '@', fold: '+' }[row.kind]
    return `${cells.join('').trimEnd()} ${row.id}`
  })
}

// The tree of the guest page's reference picture.
const WEB_SERVER = [
  snap('Golden', null, 1),
  snap('BeforeTLS', 'Golden', 2),
  snap('TestNginx', 'BeforeTLS', 3),
  snap('NginxTuned', 'TestNginx', 4),
  snap('AfterTLS', 'BeforeTLS', 5),
  snap('MidUpdate', 'AfterTLS', 6),
]

describe('layoutLanes', () => {
  it('draws the way to the current state as a guess where nobody tells what it stands on', () => {
    const onBase = layoutLanes(buildTree(WEB_SERVER, null))
    const untold = layoutLanes(buildTree(WEB_SERVER, null, true))
    const broken = (rows: TreeRow[]) => rows.at(-1)?.segments.map((segment) => segment.broken)
    expect(broken(onBase)).toEqual([false])
    expect(broken(untold)).toEqual([true])
    expect(buildTree([], null, true).currentUnknown).toBe(true)
    expect(buildTree(WEB_SERVER, 'MidUpdate', true).currentUnknown).toBe(false)
    expect(buildTree(WEB_SERVER, 'gone').currentUnknown).toBe(true)
  })

  it('lists a side branch below the snapshot it leaves and ends with the current state', () => {
    const rows = layoutLanes(buildTree(WEB_SERVER, 'MidUpdate'))
    expect(picture(rows)).toEqual([
      '# base',
      '* s:Golden',
      '* s:BeforeTLS',
      '|* s:TestNginx',
      '|* s:NginxTuned',
      '* s:AfterTLS',
      '* s:MidUpdate',
      '@ current',
    ])
    expect(rows.map((row) => row.live)).toEqual([true, true, true, false, false, true, true, true])
    expect(rows[3]?.segments).toEqual([
      { shape: 'elbow', from: 0, to: 1, live: false, broken: false },
      { shape: 'line', lane: 0, from: 'top', to: 'bottom', live: true, broken: false },
      { shape: 'line', lane: 1, from: 'node', to: 'bottom', live: false, broken: false },
    ])
    expect(rows[4]?.segments).toContainEqual({
      shape: 'line',
      lane: 1,
      from: 'top',
      to: 'node',
      live: false,
      broken: false,
    })
    expect(rows.at(-1)?.segments).toEqual([
      { shape: 'line', lane: 0, from: 'top', to: 'node', live: true, broken: false },
    ])
  })

  it('numbers rows for a treegrid', () => {
    const rows = layoutLanes(buildTree(WEB_SERVER, 'MidUpdate'))
    expect(
      rows.map(({ id, level, posinset, setsize, parentRowId }) => [id, level, posinset, setsize, parentRowId]),
    ).toEqual([
      ['base', 1, 1, 1, null],
      ['s:Golden', 2, 1, 1, 'base'],
      ['s:BeforeTLS', 3, 1, 1, 's:Golden'],
      ['s:TestNginx', 4, 1, 2, 's:BeforeTLS'],
      ['s:NginxTuned', 5, 1, 1, 's:TestNginx'],
      ['s:AfterTLS', 4, 2, 2, 's:BeforeTLS'],
      ['s:MidUpdate', 5, 1, 1, 's:AfterTLS'],
      ['current', 6, 1, 1, 's:MidUpdate'],
    ])
  })

  it('hides the side branches of a collapsed snapshot and keeps the live chain', () => {
    const rows = layoutLanes(buildTree(WEB_SERVER, 'MidUpdate'), { collapsed: new Set(['BeforeTLS']) })
    expect(picture(rows)).toEqual([
      '# base',
      '* s:Golden',
      '* s:BeforeTLS',
      '* s:AfterTLS',
      '* s:MidUpdate',
      '@ current',
    ])
    expect(rows[2]).toMatchObject({ expanded: false, hidden: { branches: 1, snapshots: 2 } })
    expect(rows[1]?.expanded).toBeNull()
  })

  it('hides everything below a collapsed snapshot of a side branch', () => {
    const rows = layoutLanes(buildTree(WEB_SERVER, 'Golden'), { collapsed: new Set(['BeforeTLS']) })
    expect(picture(rows)).toEqual(['# base', '* s:Golden', '|* s:BeforeTLS', '@ current'])
    expect(rows[2]?.hidden).toEqual({ branches: 1, snapshots: 4 })
  })

  it('draws several roots as branches of the base disk when the current state stands on none', () => {
    const rows = layoutLanes(buildTree([snap('a', null, 1), snap('b', null, 2)], null))
    expect(picture(rows)).toEqual(['# base', '|* s:a', '|* s:b', '@ current'])
    expect(rows[3]?.parentRowId).toBe('base')
  })

  it('breaks the line where the parent is gone', () => {
    const lost = { ...snap('b', null, 2), parentMissing: 'gone' }
    const rows = layoutLanes(buildTree([snap('a', null, 1), lost], 'b'))
    expect(picture(rows)).toEqual(['# base', ':* s:a', '* s:b', '@ current'])
    const side = layoutLanes(buildTree([snap('a', null, 1), lost], 'a'))
    expect(side[1]?.segments[0]).toMatchObject({ shape: 'elbow', broken: true })
    const adrift = layoutLanes(buildTree([snap('a', null, 1)], 'gone'))
    expect(adrift.at(-1)?.segments).toEqual([
      { shape: 'line', lane: 0, from: 'top', to: 'node', live: true, broken: true },
    ])
  })

  it('folds what would need a fifth lane into one row, and unfolds it', () => {
    // each level leaves the branch before it: lanes 0, 1, 2, 3, then three more at the fourth level
    const listing = [
      snap('l0', null, 0),
      snap('l1', 'l0', 1),
      snap('l1-end', 'l1', 90),
      snap('l2', 'l1', 2),
      snap('l2-end', 'l2', 91),
      snap('l3', 'l2', 3),
      snap('x', 'l3', 4),
      snap('y', 'l3', 5),
      snap('y2', 'y', 6),
      snap('z', 'y', 7),
      snap('l3-end', 'l3', 92),
    ]
    const tree = buildTree(listing, 'l0')
    const rows = layoutLanes(tree)
    expect(picture(rows)).toEqual([
      '# base',
      '* s:l0',
      '|* s:l1',
      '||* s:l2',
      '|||* s:l3',
      '|||+ fold:l3',
      '|||* s:l3-end',
      '||* s:l2-end',
      '|* s:l1-end',
      '@ current',
    ])
    expect(rows[5]).toMatchObject({ kind: 'fold', of: 'l3', branches: 3, snapshots: 4 })
    const unfolded = layoutLanes(tree, { unfolded: new Set(['l3']) })
    expect(unfolded.map((row) => row.id)).toEqual(expect.arrayContaining(['s:x', 's:y', 's:z']))
    expect(unfolded.find((row) => row.kind === 'fold')).toMatchObject({ of: 'y', branches: 1 })
  })

  const anyLayout = fc.tuple(
    fc.oneof(anyListing, anyProperListing),
    fc.array(fc.constantFrom('a', 'b', 'c', 'base', 's0', 's1', 's2', 's5', 's9'), { maxLength: 4 }),
    fc.integer({ min: 2, max: 6 }),
  )

  it('shows every snapshot exactly once when nothing is collapsed or folded', () => {
    fc.assert(
      fc.property(fc.oneof(anyListing, anyProperListing), ({ snapshots, currentParent }) => {
        const rows = layoutLanes(buildTree(snapshots, currentParent), { maxLanes: Number.POSITIVE_INFINITY })
        const shown = rows.flatMap((row) => (row.kind === 'snapshot' ? [row.snapshot] : []))
        expect(shown).toHaveLength(snapshots.length)
        expect(new Set(shown)).toEqual(new Set(snapshots))
        expect(rows[0]?.kind).toBe('base')
        expect(rows.at(-1)?.kind).toBe('current')
      }),
    )
  })

  it('accounts for every snapshot as shown, collapsed or folded', () => {
    fc.assert(
      fc.property(anyLayout, ([{ snapshots, currentParent }, collapsed, maxLanes]) => {
        const rows = layoutLanes(buildTree(snapshots, currentParent), { collapsed: new Set(collapsed), maxLanes })
        const shown = rows.filter((row) => row.kind === 'snapshot').length
        const folded = rows.reduce(
          (sum, row) => sum + row.hidden.snapshots + (row.kind === 'fold' ? row.snapshots : 0),
          0,
        )
        expect(shown + folded).toBe(snapshots.length)
        expect(laneCount(rows)).toBeLessThanOrEqual(maxLanes)
        expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length)
      }),
    )
  })

  it('keeps lane 0 for the live chain alone', () => {
    fc.assert(
      fc.property(anyLayout, ([{ snapshots, currentParent }, collapsed, maxLanes]) => {
        const tree = buildTree(snapshots, currentParent)
        const rows = layoutLanes(tree, { collapsed: new Set(collapsed), maxLanes })
        expect(rows.filter((row) => row.lane === 0).map((row) => row.id)).toEqual([
          'base',
          ...tree.liveChain.map((key) => `s:${key}`),
          'current',
        ])
        expect(rows.every((row) => row.live === (row.lane === 0))).toBe(true)
      }),
    )
  })

  it('never needs one lane twice: what leaves a row downwards arrives in the next', () => {
    fc.assert(
      fc.property(anyLayout, ([{ snapshots, currentParent }, collapsed, maxLanes]) => {
        const rows = layoutLanes(buildTree(snapshots, currentParent), { collapsed: new Set(collapsed), maxLanes })
        const arriving = (row: TreeRow) =>
          row.segments
            .flatMap((segment) => (segment.shape === 'line' && segment.from === 'top' ? [segment.lane] : []))
            .sort()
        const leaving = (row: TreeRow) =>
          row.segments
            .flatMap((segment) => (segment.shape === 'line' && segment.to === 'bottom' ? [segment.lane] : []))
            .sort()
        rows.forEach((row, index) => {
          const above = rows[index - 1]
          expect(arriving(row)).toEqual(above === undefined ? [] : leaving(above))
          expect(new Set(arriving(row)).size).toBe(arriving(row).length)
          for (const segment of row.segments) {
            if (segment.shape !== 'elbow') continue
            expect(segment.to).toBe(row.lane)
            expect(arriving(row)).toContain(segment.from)
            expect(arriving(row)).not.toContain(segment.to)
          }
        })
        const last = rows.at(-1)
        expect(last && leaving(last)).toEqual([])
      }),
    )
  })

  it('tells every row its place among the rows below the same parent row', () => {
    fc.assert(
      fc.property(anyLayout, ([{ snapshots, currentParent }, collapsed, maxLanes]) => {
        const rows = layoutLanes(buildTree(snapshots, currentParent), { collapsed: new Set(collapsed), maxLanes })
        const byId = new Map(rows.map((row) => [row.id, row]))
        for (const row of rows) {
          expect(row.posinset).toBeLessThanOrEqual(row.setsize)
          if (row.parentRowId === null) expect(row.id).toBe('base')
          else expect(row.level).toBe((byId.get(row.parentRowId)?.level ?? -9) + 1)
        }
      }),
    )
  })
})
