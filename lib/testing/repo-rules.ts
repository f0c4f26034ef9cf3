/**
 * Rules of the repository that no compiler holds. Each is a pure function over files, so that each can be shown to
 * catch what it is for (repo-rules.test.ts feeds every one something bad).
 */

export type SourceFile = { path: string; text: string }
type Violation = { path: string; line: number; what: string }
export type Rule = { name: string; why: string; find(files: readonly SourceFile[]): Violation[] }

const TEST = /\.test\.tsx?$|\/testing\/|^e2e\//
const CODE = /\.(ts|tsx|mjs|js)$/
/** This file and its test spell out what they forbid. */
const OURSELVES = /^lib\/testing\/repo-rules/

type LineRule = {
  name: string
  why: string
  /** files it looks at */
  in: RegExp
  except?: RegExp
  pattern: RegExp
}

function lineRule({ name, why, in: within, except, pattern }: LineRule): Rule {
  return {
    name,
    why,
    find: (files) =>
      files
        .filter(({ path }) => within.test(path) && !OURSELVES.test(path) && !(except?.test(path) ?? false))
        .flatMap(({ path, text }) =>
          text
            .split('\n')
            .flatMap((line, index) => (pattern.test(line) ? [{ path, line: index + 1, what: line.trim() }] : [])),
        ),
  }
}

const importOf = (target: string): RegExp => new RegExp(`(from|import)\\s*\\(?\\s*['"](${target})`)

/** Exports of a file at their line: the name and what it is set to. */
function exportsOf(text: string): { line: number; name: string; value: string }[] {
  return text.split('\n').flatMap((line, index) => {
    const found = /^export (?:(?:async )?function|const|class|let|default|\{)\s*(\w*)(.*)$/.exec(line)
    if (found === null) return []
    const [, name = '', rest = ''] = found
    return [{ line: index + 1, name: name === '' ? line : name, value: rest.replace(/^\s*=\s*/, '') }]
  })
}

/** Files of the app that are a page, or stand in for one. */
const PAGE = /^app\/(.*\/)?(page|not-found|error|loading)\.tsx$/
const TITLE = /\btitled\(|<PageTitle>|<PageFailure /

const everyPageHasItsTitle: Rule = {
  name: 'every-page-has-its-title',
  why: 'A title comes and goes with its page (components/shell/page-title.tsx); one among the metadata is late.',
  find: (files) => {
    const titledFolders = files
      .filter(({ path, text }) => /^app\/.*layout\.tsx$/.test(path) && TITLE.test(text))
      .map(({ path }) => path.slice(0, -'layout.tsx'.length))
    return files
      .filter(({ path }) => /^app\/.*\.tsx$/.test(path))
      .flatMap(({ path, text }) => {
        const late = text.split('\n').findIndex((line) => /generateMetadata|^\s+title: \{ default/.test(line))
        if (late !== -1) return [{ path, line: late + 1, what: 'a title among the metadata' }]
        if (!PAGE.test(path) || TITLE.test(text) || titledFolders.some((folder) => path.startsWith(folder))) return []
        return [{ path, line: 1, what: 'no title' }]
      })
  },
}

const actionsThroughTheGate: Rule = {
  name: 'actions-through-the-gate',
  why: 'Whatever app/actions exports can be called from outside: it is made by defineAction, or definePublic for set-up and sign-in.',
  find: (files) =>
    files
      .filter(({ path }) => /^app\/actions\/.*\.tsx?$/.test(path) && !TEST.test(path))
      .flatMap(({ path, text }) =>
        exportsOf(text)
          .filter(({ value }) => !/^(defineAction|definePublic)\(/.test(value))
          .map(({ line, name }) => ({ path, line, what: name })),
      ),
}

/** What Next reads from a route file beside its methods. */
const ROUTE_SETTINGS = new Set(['dynamic', 'runtime', 'revalidate', 'maxDuration', 'fetchCache'])

const routesThroughTheGate: Rule = {
  name: 'routes-through-the-gate',
  why: 'A route is made by a define… function of the gate; written by hand it answers anybody, so its path stands in ANONYMOUS_ROUTES.',
  find: (files) => {
    const gate = files.find(({ path }) => path === 'lib/web/gate.ts')?.text ?? ''
    const anonymous = /ANONYMOUS_ROUTES = \[([^\]]*)\]/.exec(gate)?.[1] ?? ''
    return files
      .filter(({ path }) => /^app\/.*route\.tsx?$/.test(path))
      .filter(({ path }) => !anonymous.includes(`'${path.replace(/^app/, '').replace(/\/route\.tsx?$/, '')}'`))
      .flatMap(({ path, text }) =>
        exportsOf(text)
          .filter(({ name, value }) => !ROUTE_SETTINGS.has(name) && !/^define[A-Z]\w*\(/.test(value))
          .filter(({ value }) => !asksWhoCalls(importedFrom(text, value, 'lib/web/'), files))
          .map(({ line, name }) => ({ path, line, what: name })),
      )
  },
}

/** A handler of the web side that is no define… itself finds its caller by token or session. */
const asksWhoCalls = (path: string, files: readonly SourceFile[]): boolean =>
  /\b(bearer|callerBySession)\(/.test(files.find((file) => file.path === path)?.text ?? '')

/**
 * Verbs behind actions that change nothing worth an entry: they only look, or change what concerns nobody else.
 * Each with its reason.
 */
const NO_AUDIT: Record<string, string> = {
  'lib/services/rule/preview.ts': 'asks what a rule would do, and changes nothing',
  'lib/services/connection/test-unsaved.ts': 'looks at a host that is not saved',
  'lib/services/connection/offered.ts': 'looks at the identity a host shows',
  'lib/services/profile/change.ts': 'own name, language and density',
}

const verbsAreAudited: Rule = {
  name: 'verbs-are-audited',
  why: 'What an action does is in the audit log, written in the same transaction.',
  find: (files) => {
    const verbs = new Set(
      files
        .filter(({ path }) => /^app\/actions\//.test(path))
        .flatMap(({ text }) =>
          [...text.matchAll(/run: (\w+)/g)].map(([, name = '']) => importedFrom(text, name, 'lib/services/')),
        ),
    )
    return files
      .filter(({ path }) => verbs.has(path) && !(path in NO_AUDIT))
      .filter(({ text }) => !/\brecord\w*\(/.test(text))
      .map(({ path }) => ({ path, line: 1, what: 'no record(…)' }))
  },
}

/** The file below `folder` that `name` is imported from; empty when it is none. */
function importedFrom(text: string, name: string, folder: string): string {
  for (const [, names = '', target = ''] of text.matchAll(/import \{([^}]*)\} from '@\/([^']*)'/g)) {
    const isIt = /^\w+$/.test(name) && new RegExp(`\\b${name}\\b`).test(names)
    if (isIt && target.startsWith(folder)) return `${target}.ts`
  }
  return ''
}

const reasonsHaveWords: Rule = {
  name: 'reasons-have-words',
  why: 'Every reason code has a text in every language.',
  find: (files) => {
    const reasons = files.find(({ path }) => path === 'lib/domain/reason.ts')?.text ?? ''
    const codes = [...reasons.matchAll(/^\s*\| \{ code: '([a-z-]+)'/gm)].map(([, code = '']) => code)
    return files
      .filter(({ path }) => /^lib\/i18n\/messages\/[^/]+\/reasons\.ts$/.test(path))
      .flatMap(({ path, text }) =>
        codes
          .filter((code) => !new RegExp(`^ {2}'?${code}'?: \\{`, 'm').test(text))
          .map((code) => ({ path, line: 1, what: code })),
      )
  },
}

/** A path as documents write it: segments with slashes between, brackets and parentheses as Next names folders. */
const PATH_LIKE = /^\.{0,2}\/?[\w.@()[\]-]+(\/[\w.@()[\]-]+)*\/?$/

const pathsInDocumentsExist: Rule = {
  name: 'paths-in-documents-exist',
  why: 'A document that names a file that is gone misleads whoever believes it.',
  find: (files) => {
    const known = new Set<string>()
    for (const { path } of files) {
      const parts = path.split('/')
      for (let depth = 1; depth <= parts.length; depth += 1) known.add(parts.slice(0, depth).join('/'))
    }
    return files
      .filter(({ path }) => path.endsWith('.md'))
      .flatMap(({ path, text }) =>
        text.split('\n').flatMap((line, index) =>
          pathsNamed(line)
            .filter((named) => !existsNear(path, named, known))
            .map((named) => ({ path, line: index + 1, what: named.path })),
        ),
      )
  },
}

/** Back-quoted paths with a slash, and relative targets of links. */
function pathsNamed(line: string): { path: string; link: boolean }[] {
  const quoted = [...line.matchAll(/`([^`]+)`/g)]
    .map(([, text = '']) => text)
    .filter((text) => text.includes('/') && PATH_LIKE.test(text))
    .map((path) => ({ path, link: false }))
  const links = [...line.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((path) => ({ path, link: true }))
  return [...quoted, ...links]
}

function existsNear(
  document: string,
  { path, link }: { path: string; link: boolean },
  known: ReadonlySet<string>,
): boolean {
  const folder = document.split('/').slice(0, -1)
  const beside = normalise([...folder, ...path.split('/')])
  const atRoot = normalise(path.split('/'))
  // A module may be named as it is imported, without its ending.
  const spellings = ['', '.ts', '.tsx'].flatMap((ending) => [beside + ending, atRoot + ending])
  if (spellings.some((spelling) => known.has(spelling))) return true
  // What starts with no folder of ours is a route, a media type or somebody else's path.
  const [first = ''] = path.split('/').filter((part) => part !== '.' && part !== '')
  const ours = !path.startsWith('/') && (known.has(first) || known.has([...folder, first].join('/')))
  return !link && !ours
}

function normalise(parts: string[]): string {
  const clean: string[] = []
  for (const part of parts) {
    if (part === '' || part === '.') continue
    if (part === '..') clean.pop()
    else clean.push(part)
  }
  return clean.join('/')
}

const noBarrels: Rule = {
  name: 'no-barrels',
  why: 'A file that only passes on what others export hides where things are.',
  find: (files) =>
    files
      .filter(({ path }) => /^(lib|components)\/.*\.tsx?$/.test(path) && !/\/generated\//.test(path))
      .filter(({ text }) => {
        const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/?\*)/.test(line))
        return lines.length > 0 && lines.every((line) => /^export .* from '/.test(line))
      })
      .map(({ path }) => ({ path, line: 1, what: 'only exports of others' })),
}

export const RULES: readonly Rule[] = [
  lineRule({
    name: 'no-clock-no-chance',
    why: 'Decisions are pure: now is an argument, and nothing is random.',
    in: /^lib\/(domain|engine)\//,
    except: TEST,
    pattern: /Date\.now\(|new Date\(\s*\)|Math\.random|performance\.now|randomUUID|randomBytes|setTimeout|setInterval/,
  }),
  lineRule({
    name: 'database-only-in-store',
    why: 'The store is the only one that speaks to the database.',
    in: /^(app|components|lib|bin)\/.*\.(ts|tsx|mjs)$/,
    except: /^lib\/(store|testing)\/|\.test\.tsx?$/,
    pattern: importOf('@prisma/|pg[\'"]|[^\'"]*store/generated'),
  }),
  actionsThroughTheGate,
  routesThroughTheGate,
  verbsAreAudited,
  reasonsHaveWords,
  pathsInDocumentsExist,
  noBarrels,
  lineRule({
    name: 'no-places-of-one-machine',
    why: 'A clone lies anywhere: nothing refers to folders beside it or to the machine it was written on.',
    in: /./,
    pattern: /\.\.\/shared\b|\/work\/(main|shared|brief)\b|\/home\/(?!snapwarden|user|you\b)[a-z]+\/|\/Users\/[a-z]+\//,
  }),
  lineRule({
    name: 'packages-from-the-public-registry',
    why: 'A lock file that names a mirror works in one network only.',
    in: /^package-lock\.json$/,
    pattern: /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/,
  }),
  lineRule({
    name: 'nothing-left-for-later',
    why: 'What is not there is absent; a note to ourselves is no product.',
    in: CODE,
    // A real Proxmox server says "not implemented" to a path it does not have; its simulator says the same.
    except: /^e2e\/labs\/proxmox\//,
    pattern: /\b(TODO|FIXME)\b|[Nn]ot implemented|[Cc]oming soon/,
  }),
  lineRule({
    name: 'no-swallowed-errors',
    why: 'A failure is handled, or its reason is named.',
    in: CODE,
    pattern: /\.catch\(\s*\(?\w*\)?\s*=>\s*(\{\s*\}|undefined)\s*\)|catch(\s*\(\w+\))?\s*\{\s*\}/,
  }),
  lineRule({
    name: 'no-blind-trust',
    why: 'A certificate is checked or pinned, never waved through.',
    in: CODE,
    pattern: /rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|StrictHostKeyChecking[=\s]+no\b/,
  }),
  lineRule({
    name: 'no-silenced-compiler',
    why: 'The type checker is right, or the type is wrong.',
    in: CODE,
    pattern: /@ts-(ignore|nocheck|expect-error)|(:|\bas)\s+any\b(?!\s+\w)|<any>/,
  }),
  lineRule({
    name: 'every-test-runs',
    why: 'A test that runs alone hides the others; one that never runs is none. (context.skip names its reason.)',
    in: /\.test\.tsx?$|^e2e\//,
    pattern: /\b(it|test|describe)\.(only|skip|todo)\b/,
  }),
  lineRule({
    name: 'one-stylesheet',
    why: "A page's own stylesheet is preloaded with a prefetched page and not used: app/globals.css imports them all.",
    in: /^(app|components)\/.*\.tsx?$/,
    except: /^app\/(layout|global-error)\.tsx$/,
    pattern: /^import .*\.css['"]/,
  }),
  everyPageHasItsTitle,
  lineRule({
    name: 'named-exports',
    why: 'One name per thing, wherever it is imported.',
    in: /^(lib|components|bin)\/.*\.tsx?$/,
    // vitest's global set-up and next-intl's request configuration are found by their default export.
    except: /^lib\/testing\/database-setup\.ts$|^lib\/i18n\/request\.ts$|\/generated\//,
    pattern: /^export default\b/,
  }),
]
