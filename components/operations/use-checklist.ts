'use client'
/** The human checklist of one operation, while it is worked on. Kept in this tab, so that a reload loses nothing. */
import { useCallback, useSyncExternalStore } from 'react'

export type ChecklistAnswer = { text: string; result: 'pass' | 'unknown' }

const NONE: readonly ChecklistAnswer[] = []
const listeners = new Set<() => void>()
const cache = new Map<string, { text: string; answers: readonly ChecklistAnswer[] }>()
const keyOf = (id: string): string => `sw-checklist-${id}`

function readAnswers(id: string): readonly ChecklistAnswer[] {
  const text = sessionStorage.getItem(keyOf(id)) ?? ''
  const known = cache.get(id)
  if (known?.text === text) return known.answers
  const answers = text === '' ? NONE : (JSON.parse(text) as ChecklistAnswer[])
  cache.set(id, { text, answers })
  return answers
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

export function useChecklist(id: string) {
  const answers = useSyncExternalStore(
    subscribe,
    () => readAnswers(id),
    () => NONE,
  )
  const set = useCallback(
    (answer: ChecklistAnswer) => {
      const rest = readAnswers(id).filter((other) => other.text !== answer.text)
      sessionStorage.setItem(keyOf(id), JSON.stringify([...rest, answer]))
      for (const tell of listeners) tell()
    },
    [id],
  )
  return { answers: [...answers], set }
}
