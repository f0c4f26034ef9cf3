import { createTranslator } from 'next-intl'
import { describe, expect, it } from 'vitest'
import { catalogueOf } from './catalogue'
import { pseudoMessage } from './pseudo'

/** Every message with its path. */
function messagesOf(tree: object, path = ''): [path: string, message: string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[path + key, value] as [string, string]]
      : messagesOf(value as object, `${path}${key}.`),
  )
}

/** Names of the arguments a message takes. A plural's branches are text again, so braces alternate in meaning. */
function argumentsOf(message: string): string[] {
  const names = new Set<string>()
  let depth = 0
  for (const { 0: brace, index } of message.matchAll(/[{}]/g)) {
    if (brace === '{' && depth % 2 === 0) names.add(/^\s*(\w+)/.exec(message.slice(index + 1))?.[1] ?? '')
    depth += brace === '{' ? 1 : -1
  }
  return [...names].sort()
}

/** Whether an argument picks a plural form without being printed. */
const onlyChooses = (message: string, name: string): boolean =>
  new RegExp(`\\{${name}, plural,`).test(message) && !message.includes('#') && !message.includes(`{${name}}`)

/** A value for every argument and a renderer for every tag. */
const valuesOf = (message: string): object => ({
  ...Object.fromEntries(argumentsOf(message).map((name) => [name, 2])),
  ...Object.fromEntries([...message.matchAll(/<(\w+)>/g)].map((tag) => [tag[1] ?? '', (chunks: unknown) => chunks])),
})

const en = messagesOf(catalogueOf('en'))
const zh = new Map(messagesOf(catalogueOf('zh-CN')))

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect([...zh.keys()].sort()).toEqual(en.map(([path]) => path).sort())
  })

  it('take the same arguments', () => {
    const differing = en.filter(([path, message]) => {
      const chinese = argumentsOf(zh.get(path) ?? '')
      // Where English only chooses between singular and plural, Chinese has nothing to choose.
      const needed = argumentsOf(message).filter((name) => chinese.includes(name) || !onlyChooses(message, name))
      return needed.join() !== chinese.join()
    })
    expect(differing.map(([path]) => path)).toEqual([])
  })

  it('are well-formed ICU messages in every language', () => {
    for (const locale of ['en', 'zh-CN', 'en-XA'] as const) {
      const faults: string[] = []
      const t = createTranslator({
        locale: locale === 'en-XA' ? 'en' : locale,
        messages: catalogueOf(locale) as Record<string, object>,
        onError: (error) => faults.push(error.message),
      })
      for (const [path, message] of messagesOf(catalogueOf(locale)))
        if (message !== '') t.rich(path as never, valuesOf(message) as never)
      expect(faults).toEqual([])
    }
  })

  it('speak plainly: no please, oops, successfully, exclamation marks or blame', () => {
    const loud = en.filter(([, message]) => /\b(please|oops|successfully|sorry|unfortunately)\b|!(?!=)/i.test(message))
    expect(loud.map(([path]) => path)).toEqual([])
    expect([...zh].filter(([, message]) => /[！]|抱歉|成功地|哎呀/.test(message)).map(([path]) => path)).toEqual([])
  })

  it('use full-width punctuation in Chinese prose', () => {
    const half = [...zh].filter(([, message]) =>
      /[\u4e00-\u9fff][,;!?](?:\s|$)|[\u4e00-\u9fff]\.(?:\s|$)/.test(message),
    )
    expect(half.map(([path]) => path)).toEqual([])
  })
})

describe('the pseudo-locale', () => {
  it('accents words and leaves arguments alone', () => {
    expect(pseudoMessage('Guest {name} is off')).toMatch(/^Ĝúéšţ \{name\} íš óƒƒ·+$/)
    expect(pseudoMessage('{count, plural, one {# row} other {# rows}}')).toMatch(
      /^\{count, plural, one \{# ŕóŵ\} other \{# ŕóŵš\}\}·+$/,
    )
    expect(pseudoMessage('{size}')).toBe('{size}')
  })
})
