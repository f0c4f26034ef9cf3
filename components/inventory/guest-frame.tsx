'use client'
/** Head and tabs around the open tab of a guest. */
import { useSuspenseQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { q } from '@/lib/web/queries'
import { GuestHeader } from './guest-header'

export function GuestFrame({ guestId, children }: { guestId: string; children: ReactNode }) {
  const { data: guest } = useSuspenseQuery(q.guest(guestId))
  return (
    <>
      <GuestHeader guest={guest} />
      {children}
    </>
  )
}
