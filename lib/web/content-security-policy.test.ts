import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy, SONNER_STYLE_HASH } from './content-security-policy'

describe('contentSecurityPolicy', () => {
  it('lets only scripts with this nonce run and nobody frame us', () => {
    const policy = contentSecurityPolicy({ nonce: 'abc', development: false })
    expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe-eval')
    expect(policy.replace("style-src-attr 'unsafe-inline'", '')).not.toContain('unsafe-inline')
  })

  it('knows the style sheet the installed sonner puts into pages', () => {
    const source = readFileSync(
      createRequire(import.meta.url)
        .resolve('sonner')
        .replace(/index\.js$/, 'index.mjs'),
      'utf8',
    )
    const sheets = [...source.matchAll(/__insertCSS\(("(?:[^"\\]|\\.)*")\)/g)].map((match) =>
      JSON.parse(match[1] ?? '""'),
    )
    const hashes = sheets.map((sheet) => `sha256-${createHash('sha256').update(sheet).digest('base64')}`)
    expect(hashes).toEqual([SONNER_STYLE_HASH])
  })
})
