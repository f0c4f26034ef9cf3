import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ENDPOINTS } from './api/openapi'
import { ANONYMOUS_ROUTES } from './gate'

const ROOT = join(import.meta.dirname, '..', '..')
const APP = join(ROOT, 'app')

function filesBelow(directory: string, name: RegExp): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return filesBelow(path, name)
    return name.test(entry.name) ? [path] : []
  })
}

/** `app/(console)/guests/[id]/page.tsx` → `/guests/[id]` */
const urlOf = (file: string): string =>
  `/${relative(APP, file)
    .split('/')
    .slice(0, -1)
    .filter((part) => !part.startsWith('('))
    .join('/')}`

/** What each exported method of a route is made with. */
const METHOD = /export const (GET|POST|PUT|PATCH|DELETE) = (\w+)/g
const GATES = ['defineRead', 'defineStream', 'defineApi', 'unknownEndpoint', 'serveMetrics']

describe('routes', () => {
  const routes = filesBelow(APP, /^route\.tsx?$/)

  it('come through the gate, or stand in the list of anonymous routes', () => {
    expect(routes.length).toBeGreaterThan(20)
    for (const file of routes) {
      const text = readFileSync(file, 'utf8')
      if (ANONYMOUS_ROUTES.some((anonymous) => anonymous === urlOf(file))) continue
      const methods = [...text.matchAll(METHOD)]
      expect(methods.length, file).toBeGreaterThan(0)
      for (const [, , maker] of methods) expect(GATES, file).toContain(maker)
      expect(text, `${file} exports a handler that is not made by the gate`).not.toMatch(
        /export (async )?function (GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)/,
      )
    }
  })

  it('under /api/v1 are exactly the endpoints of the OpenAPI document', () => {
    const found = routes
      .filter((file) => urlOf(file).startsWith('/api/v1/'))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(METHOD)].map(
          ([, method]) =>
            `${method} ${urlOf(file)
              .slice('/api/v1'.length)
              .replaceAll(/\[(\w+)\]/g, '{$1}')}`,
        ),
      )
      .filter((route) => !route.includes('[...unknown]') && !route.endsWith('/openapi.json'))
    expect(found.sort()).toEqual(ENDPOINTS.map(({ method, path }) => `${method} ${path}`).sort())
  })
})

describe('server actions', () => {
  const actions = filesBelow(join(APP, 'actions'), /\.ts$/)

  it('are all made by the gate', () => {
    expect(actions.length).toBeGreaterThan(5)
    for (const file of actions) {
      const text = readFileSync(file, 'utf8')
      expect(text.startsWith("'use server'"), file).toBe(true)
      for (const line of text.split('\n').filter((each) => each.startsWith('export '))) {
        expect(line, file).toMatch(/^export const \w+ = (defineAction|definePublic)\(/)
      }
    }
  })

  it('without a session belong to set-up and sign-in', () => {
    const anonymous = actions.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/definePublic\('([^']+)'/g)].map((match) => match[1]),
    )
    expect(anonymous.sort()).toEqual(['/setup', '/sign-in'])
  })
})

describe('pages', () => {
  const ANONYMOUS_PAGES = ['/setup', '/sign-in']

  it('check the session themselves, because Next keeps layouts between pages', () => {
    for (const file of filesBelow(APP, /^page\.tsx$/)) {
      const url = urlOf(file)
      if (ANONYMOUS_PAGES.includes(url) || url.startsWith('/dev/')) continue
      expect(readFileSync(file, 'utf8'), file).toMatch(/readForPage|requireCaller|lib\/web\/read'/)
    }
  })
})
