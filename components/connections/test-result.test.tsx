// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, it } from 'vitest'
import { renderUi } from '@/components/testing/render'
import type { AccessFinding } from '@/lib/domain/connection'
import type { ConnectionTest } from '@/lib/domain/view'
import { catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import { MergeMessages } from '@/lib/i18n/merge-messages'
import { CertificateEnd } from './certificate-end'
import { TestResult } from './test-result'

const show = (ui: ReactNode) =>
  renderUi(<MergeMessages messages={pickAreas(catalogueOf('en'), ['connections', 'reasons'])}>{ui}</MergeMessages>)

const missing = (ability: AccessFinding['ability'], privilege: string, path: string): AccessFinding => ({
  ability,
  granted: 'no',
  needs: { privilege, path },
  why: { code: 'not-permitted', privilege, path },
})

const passed = (access: AccessFinding[], version = '9.2.11'): ConnectionTest => ({
  ok: true,
  product: 'Proxmox VE',
  version,
  node: 'pve1',
  guests: 187,
  clockSkewMillis: 0,
  access,
  cluster: {
    name: 'pve-sh',
    quorate: true,
    nodes: [
      { name: 'pve1', online: true, fingerprint: null },
      { name: 'pve2', online: false, fingerprint: null },
    ],
  },
})

describe('what a test of a cluster found', () => {
  it('names the cluster, what is granted and where, and what does not work without the rest', () => {
    const access: AccessFinding[] = [
      { ability: 'read-guests', granted: 'yes', needs: { privilege: 'VM.Audit', path: '/vms' } },
      { ability: 'read-snapshots', granted: 'some', needs: { privilege: 'VM.Audit', path: '/vms' }, on: ['/vms/102'] },
      missing('watch-events', 'Sys.Audit', '/nodes'),
      missing('read-volumes', 'VM.Config.Disk', '/vms'),
    ]
    show(<TestResult test={passed(access)} mode="observe" />)
    expect(screen.getByText(/cluster pve-sh, 2 nodes, 187 guests, clock within 1 s/)).toBeTruthy()
    expect(screen.getByText('1 of 4 permissions')).toBeTruthy()
    const [, some, watch] = screen.getAllByRole('listitem')
    expect(some?.textContent).toContain('Only on /vms/102')
    expect(watch?.textContent).toContain('Sys.Audit /nodes')
    expect(watch?.textContent).toContain('Missing. Changes are noticed at the next collection.')
    expect(screen.getByText('Not online: pve2')).toBeTruthy()
  })

  it('leads to grant what the role holds, and nothing that can change a disk', () => {
    const access = [missing('watch-events', 'Sys.Audit', '/nodes'), missing('read-volumes', 'VM.Config.Disk', '/vms')]
    const { container } = show(<TestResult test={passed(access)} mode="observe" />)
    expect(within(container).getByText('pveum role modify SnapwardenObserve --append --privs "Sys.Audit"')).toBeTruthy()
    expect(container.textContent).not.toContain('--privs "Sys.Audit,VM.Config.Disk"')
  })

  it('leaves what only operating needs out while observing', () => {
    const access = [missing('take-snapshot', 'VM.Snapshot', '/vms')]
    show(<TestResult test={passed(access)} mode="observe" />)
    expect(screen.queryAllByRole('listitem')).toEqual([])
  })
})

describe('a certificate that ends', () => {
  it.each([
    ['2025-09-29T09:42:00.000Z', /ends on/],
    ['2025-08-30T09:42:00.000Z', /ended on/],
  ])('%s', (validTo, words) => {
    show(<CertificateEnd validTo={validTo} />)
    expect(screen.getByText(words)).toBeTruthy()
  })

  it('is not mentioned while there are more than thirty days, or none is known', () => {
    const { container } = show(<CertificateEnd validTo="2025-10-01T09:42:00.000Z" />)
    expect(container.textContent).toBe('')
    expect(show(<CertificateEnd validTo={null} />).container.textContent).toBe('')
  })
})
