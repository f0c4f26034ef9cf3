'use client'

import { type Query, type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query'
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
    const reads = readsOf(client)
    const flush = () => {
      timer = null
      const keys = keysOf(gathered)
      gathered = []
      for (const queryKey of keys) reads.outdate(queryKey)
    }
    const leave = connectLive((message) => {
      switch (message.kind) {
        case 'state':
          // From then on nothing is missed: the stream resumes where it stopped, and what is shown tells its own age
          // meanwhile. What was committed between the server's rendering, or the page's return, and now was told to
          // nobody here.
          if (message.connected && !hearing) {
            hearing = true
            reads.outdate()
          }
          break
        case 'returned':
          hearing = false
          reads.outdate()
          break
        case 'changes':
          gathered.push(...message.changes)
          timer ??= setTimeout(flush, GATHER_MILLIS)
          break
        case 'reset':
          reads.outdate()
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
      reads.leave()
    }
  }, [client])

  return children
}

/**
 * What makes reads old. The query client begins a read anew when it becomes old, but not its first one: that may have
 * been answered before the change, so it is done again once it has arrived.
 */
function readsOf(client: QueryClient) {
  const cache = client.getQueryCache()
  const arriving = new Set<Query>()
  const leave = cache.subscribe(({ type, query }) => {
    if (!arriving.has(query) || (type !== 'removed' && query.state.fetchStatus !== 'idle')) return
    arriving.delete(query)
    if (type !== 'removed') void client.invalidateQueries({ predicate: (each) => each === query })
  })
  return {
    leave,
    outdate(queryKey: QueryKey = []) {
      for (const query of cache.findAll({ queryKey })) {
        if (query.state.data === undefined && query.state.fetchStatus !== 'idle') arriving.add(query)
      }
      void client.invalidateQueries({ queryKey })
    },
  }
}
