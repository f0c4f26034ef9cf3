// @vitest-environment happy-dom
import { screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { GIB, MINUTE, TIB } from '@/lib/domain/units'
import { renderUi } from '../testing/render'
import { Meter, usageSeverity } from './meter'

const sentence = () => screen.getByRole('img').getAttribute('aria-label')?.replaceAll('\u00a0', ' ')

describe('Meter', () => {
  it('is one image with a whole sentence', () => {
    renderUi(<Meter used={0.914 * TIB} capacity={TIB} held={0.175 * TIB} />)
    expect(sentence()).toBe('935.9 GiB used of 1 TiB, 91.4 %, of which snapshots 17.5 %, over the critical limit')
  })

  it('says nothing of snapshots when their part is not known', () => {
    renderUi(<Meter used={10 * GIB} capacity={100 * GIB} held={null} />)
    expect(sentence()).toBe('10 GiB used of 100 GiB, 10 %')
    expect(document.querySelector('.held')).toBeNull()
  })

  it('says last known and draws no snapshot part when stale', () => {
    renderUi(<Meter used={96 * GIB} capacity={100 * GIB} held={10 * GIB} stale={{ age: 14 * MINUTE }} />)
    expect(sentence()).toBe('96 GiB used of 100 GiB, 96 %, of which snapshots 10 %, last known value, 14 min old')
    expect(document.querySelector('.held')).toBeNull()
  })

  it('is not zero when not known', () => {
    renderUi(<Meter used={null} capacity={100 * GIB} />)
    expect(sentence()).toBe('Usage not known')
  })

  it('speaks Chinese', () => {
    renderUi(<Meter used={50 * GIB} capacity={100 * GIB} held={5 * GIB} />, { locale: 'zh-CN' })
    expect(sentence()).toBe('已用 50 GiB，共 100 GiB，50 %, 其中快照 5 %')
  })

  it('has no line where nothing begins', () => {
    expect([0.7, 0.92, 1].map((share) => usageSeverity(share, [70, null, null]))).toEqual([
      'warning',
      'warning',
      'warning',
    ])
    renderUi(<Meter used={92} capacity={100} ticks={[70, null, null]} />)
    expect([...document.querySelectorAll('i')].map((tick) => tick.style.left)).toEqual(['70%'])
  })

  it('turns at its thresholds, not before', () => {
    expect([0.7999, 0.8, 0.8999, 0.9, 0.9499, 0.95, 1.2].map((share) => usageSeverity(share))).toEqual([
      'ok',
      'warning',
      'warning',
      'critical',
      'critical',
      'emergency',
      'emergency',
    ])
  })
})
