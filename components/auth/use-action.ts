'use client'
/** One server action of a form: running, its refusal, and no second press meanwhile. */
import { useCallback, useState, useTransition } from 'react'
import type { Reason } from '@/lib/domain/reason'

type Answer<T> = { ok: true; value: T } | { ok: false; why: Reason }

export function useAction<Input, T>(action: (input: Input) => Promise<Answer<T>>) {
  const [busy, start] = useTransition()
  const [refusal, setRefusal] = useState<Reason | null>(null)
  const run = useCallback(
    (input: Input, done: (value: T) => void) => {
      start(async () => {
        setRefusal(null)
        const answer = await ask(action, input)
        if (answer.ok) done(answer.value)
        else setRefusal(answer.why)
      })
    },
    [action],
  )
  return { run, busy, refusal, clear: () => setRefusal(null) }
}

/** An action whose answer never arrives is Snapwarden itself not answering; what was typed stays in the form. */
async function ask<Input, T>(action: (input: Input) => Promise<Answer<T>>, input: Input): Promise<Answer<T>> {
  try {
    return await action(input)
  } catch (error) {
    console.error('The server did not answer', error)
    return { ok: false, why: { code: 'unreachable', address: window.location.host, cause: 'network' } }
  }
}
