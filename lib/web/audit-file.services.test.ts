import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SealedEntry } from '@/lib/store/audit-chain'
import { TEST_NOW } from '@/lib/testing/builders'
import { openAuditFile } from './audit-file'
import { openTestWeb, type TestWeb } from './testing/web'

let web: TestWeb
beforeAll(async () => {
  web = await openTestWeb()
})
afterAll(() => web.close())

it('is the whole log, its own export included, and proves itself with SHA-256 alone', async () => {
  const { actor } = await web.addUser('admin')
  const answer = await openAuditFile({ ctx: { ...web.contextOf(actor), now: TEST_NOW } })
  expect(answer.headers.get('content-disposition')).toBe(
    `attachment; filename="snapwarden-audit-${TEST_NOW.slice(0, 10)}.jsonl"`,
  )
  const entries = (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SealedEntry)
  expect(entries.at(-1)?.record).toContain('audit.exported')
  let before = ''
  for (const { record, previous, hash } of entries) {
    expect(previous).toBe(before)
    expect(createHash('sha256').update(`${previous}\n${record}`).digest('hex')).toBe(hash)
    before = hash
  }
})

it('is refused to whoever may not read the log', async () => {
  const { actor } = await web.addUser('operator')
  expect((await openAuditFile({ ctx: web.contextOf(actor) })).status).toBe(403)
})
