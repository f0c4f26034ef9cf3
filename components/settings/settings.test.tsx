// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { changeProfile } from '@/app/actions/profile'
import { createToken, revokeToken } from '@/app/actions/tokens'
import { changeUser, removeUser } from '@/app/actions/users'
import { renderUi } from '@/components/testing/render'
import { AUDIT_ACTIONS, type AuditEntry } from '@/lib/domain/audit'
import { asId } from '@/lib/domain/ids'
import type { TokenRow, UserRow } from '@/lib/domain/view'
import { catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import { MergeMessages } from '@/lib/i18n/merge-messages'
import { q } from '@/lib/web/queries'
import { AuditPage } from './audit-page'
import { PasswordForm } from './password-form'
import { PeoplePage } from './people-page'
import { TokensPage } from './tokens-page'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ refresh: vi.fn(), push: vi.fn() }),
  usePathname: () => '/settings',
}))
vi.mock('@/app/actions/profile', () => ({ changeProfile: vi.fn() }))
vi.mock('@/app/actions/tokens', () => ({ createToken: vi.fn(), revokeToken: vi.fn() }))
vi.mock('@/app/actions/users', () => ({
  changeUser: vi.fn(),
  createUser: vi.fn(),
  removeUser: vi.fn(),
  resetPassword: vi.fn(),
}))

const done = { ok: true, value: null } as const

/** The page with what the server would have read for it. */
function show(
  page: ReactNode,
  seeds: readonly (readonly [readonly unknown[], unknown])[] = [],
  locale: 'en' | 'zh-CN' = 'en',
) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false } } })
  for (const [key, value] of seeds) client.setQueryData(key, value)
  return renderUi(
    <QueryClientProvider client={client}>
      <Words locale={locale}>{page}</Words>
    </QueryClientProvider>,
    { locale },
  )
}

function Words({ locale, children }: { locale: 'en' | 'zh-CN'; children: ReactNode }) {
  return <MergeMessages messages={pickAreas(catalogueOf(locale), ['settings', 'reasons'])}>{children}</MergeMessages>
}

const token = (patch: Partial<TokenRow> = {}): TokenRow => ({
  id: asId('t1'),
  name: 'prometheus',
  prefix: 'swt_ab12cd',
  role: 'viewer',
  owner: 'lin@example.org',
  createdAt: '2025-08-01T00:00:00.000Z',
  expiresAt: '2025-10-30T00:00:00.000Z',
  lastUsedAt: null,
  revokedAt: null,
  ...patch,
})
const user = (patch: Partial<UserRow> = {}): UserRow => ({
  id: asId('u1'),
  email: 'lin@example.org',
  name: 'Lin Yue',
  role: 'admin',
  disabled: false,
  createdAt: '2025-08-01T00:00:00.000Z',
  lastSeenAt: null,
  sessions: 1,
  ...patch,
})

// What dialogs need is loaded with the first one; here it shall not be waited for.
beforeAll(async () => {
  await import('@/components/ui/overlays-loaded')
})
beforeEach(() => vi.clearAllMocks())

describe('changing the password', () => {
  const fill = async (current: string, next: string, again: string) => {
    await userEvent.type(screen.getByLabelText('Current password'), current)
    await userEvent.type(screen.getByLabelText('New password'), next)
    await userEvent.type(screen.getByLabelText('New password again'), again)
    await userEvent.click(screen.getByRole('button', { name: 'Change password' }))
  }

  it('asks nothing of the server while the two new ones differ', async () => {
    show(<PasswordForm email="lin@example.org" minLength={10} />)
    await fill('the old password', 'a new password', 'another password')
    expect(screen.getByText('The two new passwords differ.')).toBeTruthy()
    expect(changeProfile).not.toHaveBeenCalled()
  })

  it('takes back that the two differ as soon as one of them is typed again', async () => {
    show(<PasswordForm email="lin@example.org" minLength={10} />)
    await fill('the old password', 'a new password', 'another password')
    await userEvent.type(screen.getByLabelText('New password again'), '!')
    expect(screen.queryByText('The two new passwords differ.')).toBeNull()
  })

  it('says at the field that the current one is wrong, and nothing above the form', async () => {
    vi.mocked(changeProfile).mockResolvedValue({
      ok: false,
      why: { code: 'invalid', errors: [{ path: 'password.current', message: 'is not your password' }] },
    })
    show(<PasswordForm email="lin@example.org" minLength={10} />)
    await fill('not the old one', 'a new password', 'a new password')
    await screen.findByText('This is not your current password.')
    expect(screen.getByLabelText('Current password').getAttribute('aria-invalid')).toBe('true')
    expect(screen.queryByText(/entry is not right/)).toBeNull()
  })

  it('empties the fields once it is done', async () => {
    vi.mocked(changeProfile).mockResolvedValue(done)
    show(<PasswordForm email="lin@example.org" minLength={10} />)
    await fill('the old password', 'a new password', 'a new password')
    await screen.findByText(/^Password changed/)
    expect(changeProfile).toHaveBeenCalledWith({ password: { current: 'the old password', next: 'a new password' } })
    expect((screen.getByLabelText('New password') as HTMLInputElement).value).toBe('')
  })
})

describe('API tokens', () => {
  it('offers no role above one’s own', async () => {
    show(<TokensPage ownRole="operator" seesAll={false} />, [[q.tokens().queryKey, []]])
    await userEvent.click(screen.getByRole('button', { name: 'Create token' }))
    const form = within(await screen.findByRole('dialog'))
    expect((form.getByRole('radio', { name: /^Operator/ }) as HTMLInputElement).disabled).toBe(false)
    expect((form.getByRole('radio', { name: /^Administrator/ }) as HTMLInputElement).disabled).toBe(true)
  })

  it('shows the secret until it is put away, and never again', async () => {
    vi.mocked(createToken).mockResolvedValue({
      ok: true,
      value: { id: asId('t2'), secret: 'swt_the-secret', expiresAt: '2025-11-29T00:00:00.000Z' },
    })
    show(<TokensPage ownRole="admin" seesAll />, [[q.tokens().queryKey, [token()]]])
    await userEvent.click(screen.getByRole('button', { name: 'Create token' }))
    const form = within(await screen.findByRole('dialog'))
    await userEvent.type(form.getByLabelText('Name'), 'ci')
    await userEvent.click(form.getByRole('button', { name: 'Create token' }))
    expect(await screen.findByText('swt_the-secret')).toBeTruthy()
    expect(createToken).toHaveBeenCalledWith({ name: 'ci', role: 'viewer', days: 90 })
    expect(screen.getByText(/curl -H "Authorization: Bearer \$SNAPWARDEN_TOKEN"/)).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'I have copied it' }))
    expect(screen.queryByText('swt_the-secret')).toBeNull()
  })

  it('lists those that are over last, with how they ended and nothing to revoke', async () => {
    const rows = [
      token({ id: asId('a'), name: 'old', expiresAt: '2025-08-30T00:00:00.000Z' }),
      token({ id: asId('b'), name: 'gone', revokedAt: '2025-08-29T00:00:00.000Z' }),
      token({ id: asId('c'), name: 'valid' }),
    ]
    show(<TokensPage ownRole="admin" seesAll />, [[q.tokens().queryKey, rows]])
    const lines = screen.getAllByRole('row').slice(1)
    expect(lines.map((line) => within(line).getByRole('rowheader').firstChild?.textContent)).toEqual([
      'valid',
      'old',
      'gone',
    ])
    expect(lines[1]?.textContent).toContain('ended 30 Aug')
    expect(lines[2]?.textContent).toContain('revoked 29 Aug')
    expect(screen.getAllByRole('button', { name: /^Revoke/ })).toHaveLength(1)
  })

  it('revokes only after asking', async () => {
    vi.mocked(revokeToken).mockResolvedValue(done)
    show(<TokensPage ownRole="admin" seesAll />, [[q.tokens().queryKey, [token()]]])
    await userEvent.click(screen.getByRole('button', { name: 'Revoke prometheus' }))
    const question = within(await screen.findByRole('alertdialog'))
    expect(revokeToken).not.toHaveBeenCalled()
    await userEvent.click(question.getByRole('button', { name: 'Revoke prometheus' }))
    expect(revokeToken).toHaveBeenCalledWith({ id: 't1' })
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
  })
})

describe('people', () => {
  const choose = async (entry: string) => {
    await userEvent.click(screen.getByRole('button', { name: 'Actions for Lin Yue' }))
    await userEvent.click(await screen.findByRole('menuitem', { name: entry }))
  }

  it('tells why the last administrator cannot be removed, and keeps the question open', async () => {
    vi.mocked(removeUser).mockResolvedValue({ ok: false, why: { code: 'last-administrator' } })
    show(<PeoplePage email="chen@example.org" minPassword={10} />, [[q.users().queryKey, [user()]]])
    await choose('Remove')
    const question = within(await screen.findByRole('alertdialog'))
    await userEvent.click(question.getByRole('button', { name: 'Remove Lin Yue' }))
    expect(await question.findByText('This is the last administrator')).toBeTruthy()
    expect(question.getByText('Make someone else administrator first.')).toBeTruthy()
  })

  it('warns before one changes one’s own role', async () => {
    vi.mocked(changeUser).mockResolvedValue(done)
    show(<PeoplePage email="lin@example.org" minPassword={10} />, [[q.users().queryKey, [user()]]])
    await choose('Change role')
    const form = within(await screen.findByRole('dialog'))
    expect(form.getByText(/^This is you\./)).toBeTruthy()
    await userEvent.click(form.getByRole('radio', { name: /^Viewer/ }))
    await userEvent.click(form.getByRole('button', { name: 'Change role' }))
    expect(changeUser).toHaveBeenCalledWith({ id: 'u1', role: 'viewer' })
  })

  it('enables without asking', async () => {
    vi.mocked(changeUser).mockResolvedValue(done)
    show(<PeoplePage email="x@example.org" minPassword={10} />, [[q.users().queryKey, [user({ disabled: true })]]])
    await choose('Enable')
    expect(changeUser).toHaveBeenCalledWith({ id: 'u1', disabled: false })
  })
})

describe('the audit log', () => {
  const entry = (patch: Partial<AuditEntry>): AuditEntry => ({
    id: asId('e1'),
    at: '2025-08-31T09:00:00.000Z',
    actor: 'user:lin@example.org',
    action: 'user.changed',
    subject: 'user:chen@example.org',
    detail: {},
    address: '10.20.8.14',
    seal: { seq: 2, hash: 'b'.repeat(64), previous: 'a'.repeat(64) },
    ...patch,
  })
  const list = (entries: AuditEntry[], locale: 'en' | 'zh-CN' = 'en') =>
    show(<AuditPage input={{}} />, [[q.audit({}).queryKey, { entries, nextCursor: null }]], locale)

  it.each(['en', 'zh-CN'] as const)('has words for every action in %s', (locale) => {
    list(
      AUDIT_ACTIONS.map((action, index) => entry({ id: asId(`e${index}`), action })),
      locale,
    )
    const said = screen.getAllByRole('rowheader').map((cell) => cell.firstChild?.textContent ?? '')
    expect(new Set(said).size).toBe(AUDIT_ACTIONS.length)
    expect(said.filter((text) => /\w\.\w/.test(text))).toEqual([])
  })

  it('tells before and after, and names actors in words', () => {
    list([
      entry({ detail: { roleBefore: 'viewer', role: 'operator' } }),
      entry({ id: asId('e2'), actor: 'local:root', action: 'token.created', subject: 'token:ci', detail: {} }),
      entry({ id: asId('e3'), actor: 'user:a@b.c', action: 'session.signed-in', subject: 'user:a@b.c', detail: {} }),
    ])
    const [first, second, third] = screen.getAllByRole('row').slice(1)
    expect(first?.textContent).toContain('role Viewer → Operator')
    expect(second?.textContent).toContain('root on the server')
    // Who did it to themselves is named once.
    expect(third?.textContent?.match(/a@b\.c/g)).toHaveLength(2)
  })

  it('opens an entry with all that was written, whole, and its place in the chain', async () => {
    const reason = 'CHG-20831, nginx 1.27.1 fails TLS handshakes with the old balancer; rolled back on request'
    list([entry({ action: 'operation.ended', subject: 'operation:o1', detail: { reason, guest: 'web' } })])
    await userEvent.click(screen.getByRole('button', { name: 'Ended an operation' }))
    const details = within(await screen.findByRole('dialog'))
    expect(details.getAllByRole('listitem').map((each) => each.textContent)).toEqual([reason, 'web'])
    expect(details.getByRole('link', { name: 'o1' }).getAttribute('href')).toBe('/operations/o1')
    expect(details.getByText(/^#2 b{64}\s#1 a{64}$/)).toBeTruthy()
  })

  it.each([
    [{ intact: true, entries: 48_212, head: 'b' }, /^Unbroken, 48,212 entries$/],
    [{ intact: false, brokenAt: 17, entries: 16, head: 'b' }, /^Broken at entry 17$/],
  ] as const)('says what checking the log found', (verdict, text) => {
    show(<AuditPage input={{}} />, [
      [q.audit({}).queryKey, { entries: [entry({})], nextCursor: null }],
      [q.auditVerdict().queryKey, verdict],
    ])
    expect(screen.getByText(text)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Export' }).getAttribute('href')).toBe('/api/audit/export')
  })

  it('says nothing of what there is nothing to say of, and names what it is about without its kind', () => {
    const action = 'operation.ended'
    list([entry({ actor: 'system:worker', action, subject: 'operation:o1', detail: { why: null, guest: 'web' } })])
    const text = screen.getAllByRole('row')[1]?.textContent ?? ''
    expect(text).not.toMatch(/null|operation:/)
    expect(text.match(/web/g)).toHaveLength(2)
  })

  it('says in the reader’s language how an operation ended, and of which guests a plan is', () => {
    const ended = { guest: 'web', state: 'needs-attention', intent: 'take', asPredicted: false }
    const proposed = { intent: 'batch', kind: 'plan', guests: 'web, db' }
    list(
      [
        entry({ actor: 'system:worker', action: 'operation.ended', subject: 'operation:o1', detail: ended }),
        entry({ id: asId('e2'), action: 'plan.proposed', subject: 'plan:p1', detail: proposed }),
      ],
      'zh-CN',
    )
    const [first, second] = screen.getAllByRole('row').slice(1)
    expect(first?.textContent).toContain('需要处理 · 创建快照 · 与预测不一致')
    expect(second?.textContent).toContain('web, db多台客户机')
  })
})
