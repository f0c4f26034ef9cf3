'use client'

import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import type { Change } from '@/lib/domain/change'
import { connectLive } from './live'
import { keysOf } from './topics'

/** A collection commits many changes at once; they are answered together. */
const GATHER_MILLIS = 80

/** null until the stream said something. */
const Connected = createContext<boolean | null>(null)

/** Whether this page hears of changes right now. */
export const useLiveState = (): boolean | null => useContext(Connected)

/** Keeps every read of the page true: what changed is read again. One of these, in the console's layout. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [connected, setConnected] = useState<boolean | null>(null)

  useEffect(() => {
    let gathered: Pick<Change, 'topic' | 'id'>[] = []
    let timer: ReturnType<typeof setTimeout> | null = null
    const flush = () => {
      timer = null
      const keys = keysOf(gathered)
      gathered = []
      for (const queryKey of keys) void client.invalidateQueries({ queryKey })
    }
    const leave = connectLive((message) => {
      switch (message.kind) {
        case 'state':
          setConnected(message.connected)
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

  return <Connected value={connected}>{children}</Connected>
}
