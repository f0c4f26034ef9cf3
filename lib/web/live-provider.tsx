'use client'

import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import type { Change } from '@/lib/domain/change'
import { connectLive } from './live'
import { keysOf } from './topics'

/** A collection commits many changes at once; they are answered together. */
const GATHER_MILLIS = 80

/** Keeps every read of the page true: what changed is read again. One of these, in the console's layout. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  useEffect(() => {
    let gathered: Pick<Change, 'topic' | 'id'>[] = []
    let timer: ReturnType<typeof setTimeout> | null = null
    let hearing = false
    const flush = () => {
      timer = null
      const keys = keysOf(gathered)
      gathered = []
      for (const queryKey of keys) void client.invalidateQueries({ queryKey })
    }
    const leave = connectLive((message) => {
      switch (message.kind) {
        case 'state':
          // From then on nothing is missed: the stream resumes where it stopped, and what is shown tells its own age
          // meanwhile. What was committed between the server's rendering, or the page's return, and now was told to
          // nobody here.
          if (message.connected && !hearing) {
            hearing = true
            void client.invalidateQueries()
          }
          break
        case 'returned':
          hearing = false
          void client.invalidateQueries()
          break
        case 'changes':
          gathered.push(...message.changes)
          timer ??= setTimeout(flush, GATHER_MILLIS)
          break
        case 'reset':
          void client.invalidateQueries()
          break
        case 'ended':
          // The server renders the way to sign in, or to come back.
          location.reload()
          break
      }
    })
    return () => {
      if (timer !== null) clearTimeout(timer)
      leave()
    }
  }, [client])

  return children
}
