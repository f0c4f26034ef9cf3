import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '@/lib/domain/units'
import { type PastStep, replayRule } from './replay'
import { aRule, at } from './testing'

const step = (hour: number, used: number | null, metadataRatio: number | null = null): PastStep => ({
  at: at(hour * 60),
  usedBytes: used,
  usableBytes: 100,
  metadataRatio,
})
const replay = (
  rule: Parameters<typeof aRule>[0],
  past: PastStep[],
  kind: 'storage-used' | 'storage-free' | 'thin-metadata',
) => replayRule(aRule({ kind, ...rule }), kind, past, HOUR)

describe('a rule over the past', () => {
  test('fires once while it stays over its line, as its worst, and ends where it cleared', () => {
    const past = [step(0, 70), step(1, 82), step(2, 91), step(3, 86), step(4, 76), step(5, 74), step(6, 60)]
    expect(replay({ holdMillis: 10 * MINUTE, clearHoldMillis: 10 * MINUTE }, past, 'storage-used')).toEqual([
      { severity: 'critical', from: at(60), until: at(300) },
    ])
  })

  test('takes a hold as long as it is', () => {
    const short = [step(0, 70), step(1, 82), step(2, 70), step(3, 70)]
    expect(replay({ holdMillis: 2 * HOUR }, short, 'storage-used')).toEqual([])
    const long = [step(1, 82), step(2, 83), step(3, 84), step(4, 85)]
    expect(replay({ holdMillis: 2 * HOUR }, long, 'storage-used')).toEqual([
      { severity: 'warning', from: at(180), until: null },
    ])
  })

  test('says nothing of hours that nobody read, and ends nothing by them', () => {
    const past = [step(0, 82), step(1, null), step(2, null), step(3, 83)]
    expect(replay({}, past, 'storage-used')).toEqual([{ severity: 'warning', from: at(0), until: null }])
  })

  test('measures free space and metadata in their own units', () => {
    const free = { levels: [{ severity: 'critical' as const, fire: 10, clear: 15 }] }
    expect(replay(free, [step(0, 80), step(1, 92), step(2, 80)], 'storage-free')).toEqual([
      { severity: 'critical', from: at(60), until: at(120) },
    ])
    expect(replay({}, [step(0, 10, 0.5), step(1, 10, 0.96)], 'thin-metadata')).toEqual([
      { severity: 'emergency', from: at(60), until: null },
    ])
  })
})
