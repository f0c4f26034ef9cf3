/** What the page of a guided flow needs before its first paint: its guests, its storages, and a plan made before. */
import type { ReactNode } from 'react'
import type { Planned } from '@/lib/domain/plan'
import type { GuestDetail } from '@/lib/domain/view'
import type { Area } from '@/lib/i18n/catalogue'
import { MessagesFor } from '@/lib/i18n/messages-for'
import type { Wire } from './gate'
import { Hydrated, type Seed } from './hydrated'
import { q } from './queries'
import { readForPage } from './read'
import { reads } from './reads'

type Search = Record<string, string | string[] | undefined>
const AREAS: readonly Area[] = ['guest', 'words', 'reasons', 'plan', 'flows', 'checks', 'commands', 'evidence']

/** The plan named by `?plan=`, so that a reload goes on where it was; null where there is none any more. */
export async function storedPlan(search: Search): Promise<Planned | null> {
  const id = textOf(search, 'plan')
  if (id === '') return null
  const stored = await readForPage(reads.plan, { id })
  return stored.ok && stored.value.operationId === null ? stored.value.planned : null
}

/** One value of a search parameter; '' where it is absent. */
function textOf(search: Search, name: string): string {
  const value = search[name]
  return typeof value === 'string' ? value : ''
}

/** Ids with commas between, each once, at most `max`. */
export const listOf = (search: Search, name: string, max: number): string[] =>
  [
    ...new Set(
      textOf(search, name)
        .split(',')
        .filter((id) => id !== ''),
    ),
  ].slice(0, max)

/** Reads the guests of a flow; the ones that are gone are left out, and told by the caller. */
export async function guestsFor(ids: readonly string[]): Promise<{ id: string; answer: Wire<GuestDetail> }[]> {
  return Promise.all(ids.map(async (id) => ({ id, answer: await readForPage(reads.guest, { id }) })))
}

/** Hydrates the guests and storages under the flow, with its words. */
export async function FlowPage(props: {
  guests: readonly { id: string; answer: Wire<GuestDetail> }[]
  seeds?: readonly Seed[]
  areas?: readonly Area[]
  children: ReactNode
}) {
  const storages = await readForPage(reads.storages, {})
  const seeds: Seed[] = [
    { queryKey: q.storages().queryKey, answer: storages },
    ...props.guests.map(({ id, answer }) => ({ queryKey: q.guest(id).queryKey, answer })),
    ...(props.seeds ?? []),
  ]
  return (
    <Hydrated seeds={seeds}>
      <MessagesFor areas={[...AREAS, ...(props.areas ?? [])]}>{props.children}</MessagesFor>
    </Hydrated>
  )
}
