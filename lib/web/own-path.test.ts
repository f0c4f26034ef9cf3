import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownPath, signInPath } from './own-path'

describe('where people go on after they signed in', () => {
  it.each([
    '/',
    '/guests',
    '/guests?q=tag%3Aprod+is%3Aold,(x)&sort=-age',
    '/alerts/3f2a?plan=1#first',
    '/guests/a/delete?snapshots=1,2,3',
  ])('%s', (path) => {
    expect(ownPath(path)).toBe(path)
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    ' /guests',
    '',
    null,
    undefined,
    ['/guests', '/alerts'],
  ])('%j leads to the overview', (next) => {
    expect(ownPath(next)).toBe('/')
  })

  it('never leaves the site, whatever a link says, and says the same when asked again', () => {
    const text = fc.string({ unit: fc.constantFrom('/', '\\', '.', '\t', '\n', ':', '@', '?', '#', 'a', '%2f', ' ') })
    fc.assert(
      fc.property(text, (tail) => {
        const path = ownPath(`/${tail}`)
        expect(new URL(path, 'https://console.example').origin).toBe('https://console.example')
        expect(ownPath(path)).toBe(path)
      }),
    )
  })

  it('is carried by the page to sign in on', () => {
    expect(signInPath('/guests?q=a&b=c')).toBe('/sign-in?next=%2Fguests%3Fq%3Da%26b%3Dc')
    expect(signInPath('/')).toBe('/sign-in')
    expect(signInPath(null)).toBe('/sign-in')
  })
})
