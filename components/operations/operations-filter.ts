/** Which operations a list shows, as its address says; shared by the page on the server and in the browser. */
import { OPERATION_KINDS } from '@/lib/domain/operation'
import type { Intent } from '@/lib/domain/plan'
import type { OperationsInput } from '@/lib/web/queries'

export const OPERATION_SHOWS = ['all', 'active', 'attention', 'ended'] as const
type Show = (typeof OPERATION_SHOWS)[number]

export type OperationFilter = {
  show: Show
  kind?: Intent['do'] | undefined
  /** id of a connection */
  connection?: string | undefined
  /** a part of a guest's, a snapshot's or a person's name */
  q?: string | undefined
}

/** What the address names; what does not belong in it is left out. */
export function operationFilterOf(value: (name: string) => string | null | undefined): OperationFilter {
  const text = (name: string) => value(name)?.trim().slice(0, 200) || undefined
  return {
    show: OPERATION_SHOWS.find((each) => each === text('show')) ?? 'all',
    kind: OPERATION_KINDS.find((each) => each === text('kind')),
    connection: text('connection'),
    q: text('q'),
  }
}

/** The address of a filtered list. */
export function operationsHref({ show, ...rest }: OperationFilter): string {
  const named = Object.entries({ show: show === 'all' ? undefined : show, ...rest })
  const query = new URLSearchParams(named.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
  return query.size === 0 ? '/operations' : `/operations?${query}`
}

/** The question that reads it. */
export function operationsInput({ show, kind, connection, q }: OperationFilter): OperationsInput {
  const state = statesOf(show)
  return {
    ...(state !== undefined && { state }),
    ...(kind !== undefined && { kind }),
    ...(connection !== undefined && { connection }),
    ...(q !== undefined && { q }),
  }
}

/** Anything but the states, which stand above the list as tabs. */
export const isSearch = ({ kind, connection, q }: OperationFilter): boolean =>
  kind !== undefined || connection !== undefined || q !== undefined

/** States with commas between; undefined = all. */
function statesOf(show: Show): string | undefined {
  switch (show) {
    case 'all':
      return undefined
    case 'active':
      return 'queued,running'
    case 'attention':
      return 'needs-attention,failed'
    case 'ended':
      return 'succeeded,cancelled,failed'
  }
}
