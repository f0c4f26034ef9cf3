/** Every page of the product, from what Next built: a new route cannot be forgotten here. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/root.mjs'

/** Pages that answer only while there is no administrator. */
export const BEFORE_SETUP = ['/setup']
/** Pages for whoever is signed out. */
export const SIGNED_OUT = ['/sign-in']
/** Pages of our own workshop, which an installation does not serve. */
const WORKSHOP = /^\/dev\//

/** Paths as the build names them, with `[parameters]`. */
export function builtRoutes(): string[] {
  const manifest: Record<string, string> = JSON.parse(
    readFileSync(join(root, '.next', 'app-path-routes-manifest.json'), 'utf8'),
  )
  return Object.entries(manifest)
    .filter(([file]) => file.endsWith('/page'))
    .map(([, path]) => path)
    .filter((path) => !WORKSHOP.test(path) && !path.startsWith('/_'))
    .sort()
}

/** The path of a real thing. @throws Error for a parameter nobody gave a value */
export function concretePath(route: string, values: Record<string, string>): string {
  return route.replace(/\[(\w+)\]/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`the route ${route} needs a value for ${name}`)
    return encodeURIComponent(value)
  })
}
