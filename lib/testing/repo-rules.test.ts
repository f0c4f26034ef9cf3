import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { RULES, type Rule, type SourceFile } from './repo-rules'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const BINARY = /\.(png|woff2|ico|gz|bin)$/

/** Files under version control, and new ones that will be. */
function repositoryFiles(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  })
  return (
    listed
      .split('\n')
      .filter((path) => path !== '' && existsSync(join(ROOT, path)))
      // A picture has no lines to break a rule, but documents name it.
      .map((path) => ({ path, text: BINARY.test(path) ? '' : readFileSync(join(ROOT, path), 'utf8') }))
  )
}

const file = (path: string, text: string): SourceFile => ({ path, text })
const GATE = file('lib/web/gate.ts', "export const ANONYMOUS_ROUTES = ['/api/health', '/sign-in'] as const")

/** One piece of wrong-doing per rule, and something close to it that is right. */
const CASES: Record<string, { bad: SourceFile[]; good: SourceFile[] }> = {
  'no-clock-no-chance': {
    bad: [
      file('lib/engine/a.ts', 'const now = Date.now()'),
      file('lib/domain/b.ts', 'const now = new Date()'),
      file('lib/engine/c.ts', 'const id = Math.random()'),
    ],
    good: [file('lib/engine/d.ts', 'const at = new Date(millis)'), file('lib/worker/e.ts', 'const now = Date.now()')],
  },
  'database-only-in-store': {
    bad: [
      file('lib/services/a.ts', "import { PrismaClient } from '@prisma/client'"),
      file('app/b.ts', "import pg from 'pg'"),
      file('lib/worker/c.ts', "import type { Guest } from '../store/generated/client'"),
    ],
    good: [file('lib/store/d.ts', "import pg from 'pg'"), file('lib/web/e.ts', "import { pgText } from './pgText'")],
  },
  'every-page-has-its-title': {
    bad: [
      file('app/a/page.tsx', 'export default function Page() {}'),
      file('app/b/page.tsx', 'export async function generateMetadata() {}\nexport default titled(title, Page)'),
      file('app/c/not-found.tsx', 'export default function NotFound() {}'),
    ],
    good: [
      file('app/d/page.tsx', 'export default titled(title, Page)'),
      file('app/e/layout.tsx', 'export default titled(title, Layout)'),
      file('app/e/tab/page.tsx', 'export default function Page() {}'),
      file('app/f/error.tsx', '<PageTitle>{title}</PageTitle>'),
      file('app/g/layout.tsx', 'export default function Layout() {}'),
    ],
  },
  'actions-through-the-gate': {
    bad: [
      file('app/actions/a.ts', 'export async function removeAll() {}'),
      file('app/actions/b.ts', "export const removeAll = async () => 'gone'"),
      file('app/actions/c.ts', "export { removeAll } from '@/lib/services/remove-all'"),
    ],
    good: [
      file(
        'app/actions/d.ts',
        'export const a = defineAction({})\nexport const b = definePublic({})\nexport type T = 1',
      ),
    ],
  },
  'routes-through-the-gate': {
    bad: [
      file('app/api/guests/route.ts', 'export async function GET() {}'),
      file('app/metrics/route.ts', 'export const GET = () => new Response()'),
      file('app/api/open/route.ts', "import { serveAll } from '@/lib/web/serve'\nexport const GET = serveAll"),
    ],
    good: [
      GATE,
      file('app/api/health/route.ts', 'export async function GET() {}'),
      file('lib/web/metrics.ts', 'const caller = await bearer(web, request.headers)'),
      file('app/metrics/route.ts', "import { serveMetrics } from '@/lib/web/metrics'\nexport const GET = serveMetrics"),
      file('app/api/live/route.ts', "export const dynamic = 'force-dynamic'\nexport const GET = defineStream({})"),
    ],
  },
  'verbs-are-audited': {
    bad: [
      file(
        'app/actions/a.ts',
        "import { wipe } from '@/lib/services/user/wipe'\nexport const w = defineAction({ run: wipe })",
      ),
      file('lib/services/user/wipe.ts', 'export const wipe = async () => 1'),
    ],
    good: [
      file(
        'app/actions/a.ts',
        "import { add as put } from '@/lib/services/user/add'\nexport const w = defineAction({ run: put })",
      ),
      file('lib/services/user/add.ts', 'await record(tx, entry)'),
    ],
  },
  'reasons-have-words': {
    bad: [
      file('lib/domain/reason.ts', "export type Reason =\n  | { code: 'hung' }\n  | { code: 'too-old' }"),
      file('lib/i18n/messages/zh-CN/reasons.ts', "export const reasons = {\n  hung: {\n    title: '…',\n  },\n}"),
    ],
    good: [
      file('lib/domain/reason.ts', "export type Reason =\n  | { code: 'hung' }\n  | { code: 'too-old' }"),
      file('lib/i18n/messages/en/reasons.ts', "export const reasons = {\n  hung: {\n  },\n  'too-old': {\n  },\n}"),
    ],
  },
  'paths-in-documents-exist': {
    bad: [
      file('lib/web/gate.ts', ''),
      file('README.md', 'See `lib/web/fence.ts`.'),
      file('lib/README.md', 'See `web/fence.ts` and [this](../CHANGELOG.md).'),
    ],
    good: [
      file('lib/web/gate.ts', ''),
      file(
        'README.md',
        'See `lib/web/`, `/api/v1`, `application/json`, [there](lib/web/gate.ts) and [elsewhere](https://example.org/x).',
      ),
      file('lib/README.md', 'See `web/gate.ts`, `lib/web/gate.ts`, `lib/<area>/x.ts`.'),
    ],
  },
  'no-barrels': {
    bad: [file('lib/a/index.ts', "/** All of it. */\nexport { a } from './a'\nexport * from './b'")],
    good: [file('lib/a/b.ts', "export { a } from './a'\nexport const b = 1")],
  },
  'no-places-of-one-machine': {
    bad: [
      file('README.md', 'as ../shared/field/notes.md says'),
      file('scripts/a.mjs', `cd('${['', 'work', 'main'].join('/')}')`),
      file('lib/b.ts', "const key = '/home/jane/.ssh/id'"),
    ],
    good: [
      file(
        'lib/c.ts',
        "import { a } from '../shared-state'\nconst home = '/home/snapwarden/data'".replace(
          '../shared-state',
          '../state',
        ),
      ),
    ],
  },
  'packages-from-the-public-registry': {
    bad: [file('package-lock.json', '      "resolved": "https://mirror.example.org/zod/-/zod-4.tgz",')],
    good: [file('package-lock.json', '      "resolved": "https://registry.npmjs.org/zod/-/zod-4.tgz",')],
  },
  'nothing-left-for-later': {
    bad: [file('lib/a.ts', '// TODO: later'), file('components/b.tsx', '<p>Coming soon</p>')],
    good: [file('lib/c.ts', "const name = 'todo-list'")],
  },
  'no-swallowed-errors': {
    bad: [
      file('lib/a.ts', 'await close().catch(() => {})'),
      file('lib/b.ts', 'try { close() } catch {}'),
      file('lib/c.ts', 'close().catch((e) => undefined)'),
    ],
    good: [file('lib/d.ts', 'close().catch((error) => log(error))')],
  },
  'no-blind-trust': {
    bad: [
      file('lib/a.ts', 'connect({ rejectUnauthorized: false })'),
      file('lib/b.ts', "args.push('StrictHostKeyChecking=no')"),
    ],
    good: [file('lib/c.ts', 'connect({ rejectUnauthorized: pin === null })')],
  },
  'no-silenced-compiler': {
    bad: [file('lib/a.ts', '// @ts-ignore'), file('lib/b.ts', 'let x: any'), file('lib/c.ts', 'x as any')],
    good: [file('lib/d.ts', 'const reach: anything = 1'), file('lib/e.ts', "reach: 'any' // shown as any fleet is")],
  },
  'every-test-runs': {
    bad: [file('lib/a.test.ts', "it.only('x', () => {})"), file('e2e/b.ts', "describe.skip('x', () => {})")],
    good: [file('lib/c.test.ts', "context.skip('cannot run: no libvirtd')")],
  },
  'one-stylesheet': {
    bad: [file('components/a/a.tsx', "import './a.css'"), file('app/b/page.tsx', "import '@/components/a/a.css'")],
    good: [file('app/layout.tsx', "import './globals.css'"), file('components/a/b.tsx', "import { a } from './a'")],
  },
  'named-exports': {
    bad: [file('lib/a.ts', 'export default function run() {}')],
    good: [file('app/page.tsx', 'export default function Page() {}'), file('lib/b.ts', 'export const b = 1')],
  },
}

/** Rules about two files at odds: only one of them is to blame. */
const NEEDS_COMPANY = new Set(['verbs-are-audited', 'reasons-have-words', 'paths-in-documents-exist'])

describe('the repository rules', () => {
  it('have a case each', () => {
    expect(Object.keys(CASES).sort()).toEqual(RULES.map((rule) => rule.name).sort())
  })

  const cases = RULES.map((rule): [string, Rule] => [rule.name, rule])

  it.each(cases)('%s catches what it is for', (name, rule) => {
    const { bad = [], good = [] } = CASES[name] ?? {}
    // Every bad file is caught alone, or as part of the whole where the wrong takes more than one file.
    const caught = new Set([...bad.flatMap((each) => rule.find([each])), ...rule.find(bad)].map(({ path }) => path))
    expect(caught.size).toBeGreaterThan(0)
    if (!NEEDS_COMPANY.has(name)) expect([...caught].sort()).toEqual(bad.map(({ path }) => path).sort())
    expect(rule.find(good), 'and leaves alone who breaks nothing').toEqual([])
  })

  const files = repositoryFiles()

  it.each(cases)('%s holds in this repository', (_name, rule) => {
    const found = rule.find(files).map(({ path, line, what }) => `${path}:${line}  ${what}`)
    expect(found, rule.why).toEqual([])
  })
})
