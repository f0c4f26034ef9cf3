/** What a guest is for, as its tags and name say. What says nothing is unknown, and treated with production's caution. */
import type { Environment } from '@/lib/domain/environment'

const WORDS: Record<Exclude<Environment, 'unknown'>, ReadonlySet<string>> = {
  production: new Set(['prod', 'production', 'prd', 'live']),
  test: new Set(['test', 'testing', 'staging', 'stage', 'qa', 'uat']),
  development: new Set(['dev', 'development', 'sandbox', 'lab']),
}

/** Tags decide before the name; where they contradict one another, the most cautious counts. */
export function environmentOf(tags: readonly string[], name: string): Environment {
  return fromWords(tags.flatMap(wordsOf)) ?? fromWords(wordsOf(name)) ?? 'unknown'
}

const wordsOf = (text: string): string[] => text.toLowerCase().split(/[^\p{L}]+/u)

function fromWords(words: readonly string[]): Environment | null {
  for (const environment of ['production', 'test', 'development'] as const) {
    if (words.some((word) => WORDS[environment].has(word))) return environment
  }
  return null
}
