/**
 * Every read of the pages: its key and its fetcher together. Client-safe: types, fetch and nothing else.
 * The first element of a key is the noun that topics.ts invalidates; what never changes under its key names it all.
 */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { AlertRule } from '@/lib/domain/alert'
import type { AlertDetail, AlertInbox, ClosedAlerts, InboxShow, Reclaim } from '@/lib/domain/alert-view'
import type { ChainVerdict } from '@/lib/domain/audit'
import type { Channel, Delivery, DeliveryState } from '@/lib/domain/channel'
import type { CleanUpPolicyRow } from '@/lib/domain/clean-up'
import type { Hold, OperationView, OperationWindow } from '@/lib/domain/operation'
import type { Intent, PlanView } from '@/lib/domain/plan'
import type { GuestEnvironment, LimitShare, RetentionView } from '@/lib/domain/retention'
import type { ServiceProbeSet } from '@/lib/domain/service-probe'
import type { HistoryRange, StorageForecast, StorageHistoryView, StorageSpace } from '@/lib/domain/storage'
import type {
  AuditWindow,
  ConfigurationChange,
  ConnectionRow,
  GuestDetail,
  GuestSort,
  GuestWindow,
  LocalSocket,
  Overview,
  SearchHit,
  SessionRow,
  ShellView,
  StorageDetail,
  StorageRow,
  TokenRow,
  UserRow,
} from '@/lib/domain/view'
import { fetchRead } from './fetch-read'

/** What the guests list asks for. `q` is the filter language; `offset` and `limit` choose the window. */
export type GuestsInput = { q?: string; sort?: GuestSort; dir?: 'asc' | 'desc'; offset?: number; limit?: number }
/** `state`: one or several with commas between. `guest` and `connection` are ids. */
export type OperationsInput = {
  cursor?: string
  limit?: number
  state?: string
  kind?: Intent['do']
  guest?: string
  connection?: string
  plan?: string
  q?: string
}
export type AuditInput = { cursor?: string; limit?: number; action?: string; q?: string }

export const q = {
  shell: () =>
    queryOptions({ queryKey: ['shell'], queryFn: ({ signal }) => fetchRead<ShellView>('/api/shell', {}, signal) }),
  overview: () =>
    queryOptions({
      queryKey: ['overview'],
      queryFn: ({ signal }) => fetchRead<Overview>('/api/overview', {}, signal),
    }),
  guests: (input: GuestsInput = {}) =>
    queryOptions({
      queryKey: ['guests', input],
      queryFn: ({ signal }) => fetchRead<GuestWindow>('/api/guests', input, signal),
      placeholderData: keepPreviousData,
    }),
  /** The same list, window after window as rows come into view. */
  guestWindows: (input: Omit<GuestsInput, 'offset'> & { limit: number }) =>
    infiniteQueryOptions({
      queryKey: ['guests', 'windows', input],
      queryFn: ({ signal, pageParam }) =>
        fetchRead<GuestWindow>('/api/guests', { ...input, offset: pageParam }, signal),
      initialPageParam: 0,
      getNextPageParam: (last) => {
        const next = last.offset + last.rows.length
        return last.rows.length > 0 && next < last.total ? next : undefined
      },
    }),
  guestIds: (input: { q?: string } = {}) =>
    queryOptions({
      queryKey: ['guest-ids', input],
      queryFn: ({ signal }) => fetchRead<{ ids: string[] }>('/api/guests/ids', input, signal),
    }),
  guest: (id: string) =>
    queryOptions({
      queryKey: ['guest', id],
      queryFn: ({ signal }) => fetchRead<GuestDetail>(`/api/guests/${encodeURIComponent(id)}`, {}, signal),
    }),
  /**
   * Then (at the snapshot) and now; asks the hypervisor through the worker, up to 10 s. What a snapshot saved never
   * changes, so that only another configuration of today makes it old. A change told of the guest does not: the page
   * would ask for a snapshot that was just deleted, before it knows.
   */
  configuration: (guest: Pick<GuestDetail, 'id' | 'configuration'>, snapshotId: string) =>
    queryOptions({
      queryKey: ['configuration', guest.id, snapshotId, guest.configuration],
      staleTime: 'static',
      queryFn: ({ signal }) =>
        fetchRead<{ changes: ConfigurationChange[] }>(
          `/api/guests/${encodeURIComponent(guest.id)}/configuration`,
          { snapshot: snapshotId },
          signal,
        ),
      retry: false,
    }),
  storages: () =>
    queryOptions({
      queryKey: ['storages'],
      queryFn: ({ signal }) => fetchRead<StorageRow[]>('/api/storages', {}, signal),
    }),
  storage: (id: string) =>
    queryOptions({
      queryKey: ['storage', id],
      queryFn: ({ signal }) => fetchRead<StorageDetail>(`/api/storages/${encodeURIComponent(id)}`, {}, signal),
    }),
  storageHistory: (id: string, range: HistoryRange) =>
    queryOptions({
      queryKey: ['storage', id, 'history', range],
      queryFn: ({ signal }) =>
        fetchRead<StorageHistoryView>(`/api/storages/${encodeURIComponent(id)}/history`, { range }, signal),
      placeholderData: keepPreviousData,
    }),
  storageForecast: (id: string) =>
    queryOptions({
      queryKey: ['storage', id, 'forecast'],
      queryFn: ({ signal }) =>
        fetchRead<StorageForecast>(`/api/storages/${encodeURIComponent(id)}/forecast`, {}, signal),
    }),
  storageSpace: (id: string) =>
    queryOptions({
      queryKey: ['storage', id, 'space'],
      queryFn: ({ signal }) => fetchRead<StorageSpace>(`/api/storages/${encodeURIComponent(id)}/space`, {}, signal),
    }),
  waysToFree: (id: string) =>
    queryOptions({
      queryKey: ['storage', id, 'ways-to-free'],
      queryFn: ({ signal }) => fetchRead<Reclaim>(`/api/storages/${encodeURIComponent(id)}/ways-to-free`, {}, signal),
    }),
  /** The first lines of the inbox, as many as were asked for. */
  alerts: (input: { show: InboxShow; limit: number }) =>
    queryOptions({
      queryKey: ['alerts', input],
      queryFn: ({ signal }) => fetchRead<AlertInbox>('/api/alerts', input, signal),
      placeholderData: keepPreviousData,
    }),
  /** Alerts that ended, page after page, newest first. */
  closedAlertWindows: () =>
    infiniteQueryOptions({
      queryKey: ['alerts', 'closed'],
      queryFn: ({ signal, pageParam }) =>
        fetchRead<ClosedAlerts>('/api/alerts/closed', pageParam === '' ? {} : { after: pageParam }, signal),
      initialPageParam: '',
      getNextPageParam: (last) => last.next ?? undefined,
    }),
  alert: (id: string) =>
    queryOptions({
      queryKey: ['alert', id],
      queryFn: ({ signal }) => fetchRead<AlertDetail>(`/api/alerts/${encodeURIComponent(id)}`, {}, signal),
    }),
  rules: () =>
    queryOptions({ queryKey: ['rules'], queryFn: ({ signal }) => fetchRead<AlertRule[]>('/api/rules', {}, signal) }),
  cleanUps: () =>
    queryOptions({
      queryKey: ['clean-ups'],
      queryFn: ({ signal }) => fetchRead<CleanUpPolicyRow[]>('/api/clean-ups', {}, signal),
    }),
  channels: () =>
    queryOptions({
      queryKey: ['channels'],
      queryFn: ({ signal }) => fetchRead<Channel[]>('/api/channels', {}, signal),
    }),
  deliveries: (input: { state?: DeliveryState } = {}) =>
    queryOptions({
      queryKey: ['deliveries', input],
      queryFn: ({ signal }) => fetchRead<Delivery[]>('/api/deliveries', input, signal),
      placeholderData: keepPreviousData,
    }),
  connections: () =>
    queryOptions({
      queryKey: ['connections'],
      queryFn: ({ signal }) => fetchRead<ConnectionRow[]>('/api/connections', {}, signal),
    }),
  connection: (id: string) =>
    queryOptions({
      queryKey: ['connection', id],
      queryFn: ({ signal }) => fetchRead<ConnectionRow>(`/api/connections/${encodeURIComponent(id)}`, {}, signal),
    }),
  search: (text: string) =>
    queryOptions({
      queryKey: ['search', text],
      queryFn: ({ signal }) => fetchRead<SearchHit[]>('/api/search', { q: text }, signal),
      placeholderData: keepPreviousData,
    }),
  retention: () =>
    queryOptions({
      queryKey: ['retention'],
      queryFn: ({ signal }) => fetchRead<RetentionView>('/api/retention', {}, signal),
    }),
  limitShares: () =>
    queryOptions({
      queryKey: ['retention', 'shares'],
      queryFn: ({ signal }) => fetchRead<LimitShare[]>('/api/retention/shares', {}, signal),
    }),
  serviceProbe: (guestId: string) =>
    queryOptions({
      queryKey: ['service-probe', guestId],
      queryFn: ({ signal }) =>
        fetchRead<{ probe: ServiceProbeSet | null }>(
          `/api/guests/${encodeURIComponent(guestId)}/service-probe`,
          {},
          signal,
        ),
    }),
  environment: (guestId: string) =>
    queryOptions({
      queryKey: ['environment', guestId],
      queryFn: ({ signal }) =>
        fetchRead<GuestEnvironment>(`/api/guests/${encodeURIComponent(guestId)}/environment`, {}, signal),
    }),
  operations: (input: OperationsInput = {}) =>
    queryOptions({
      queryKey: ['operations', input],
      queryFn: ({ signal }) => fetchRead<OperationWindow>('/api/operations', input, signal),
      placeholderData: keepPreviousData,
    }),
  /** The same list, page after page. */
  operationWindows: (input: Omit<OperationsInput, 'cursor'> = {}) =>
    infiniteQueryOptions({
      queryKey: ['operations', 'windows', input],
      queryFn: ({ signal, pageParam }) =>
        fetchRead<OperationWindow>(
          '/api/operations',
          { ...input, ...(pageParam !== '' && { cursor: pageParam }) },
          signal,
        ),
      initialPageParam: '',
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),
  operation: (id: string) =>
    queryOptions({
      queryKey: ['operation', id],
      queryFn: ({ signal }) => fetchRead<OperationView>(`/api/operations/${encodeURIComponent(id)}`, {}, signal),
    }),
  plan: (id: string) =>
    queryOptions({
      queryKey: ['plan', id],
      queryFn: ({ signal }) => fetchRead<PlanView>(`/api/plans/${encodeURIComponent(id)}`, {}, signal),
    }),
  /** Held snapshots of one guest, or of all. */
  holds: (input: { guest?: string } = {}) =>
    queryOptions({
      queryKey: ['holds', input],
      queryFn: ({ signal }) => fetchRead<Hold[]>('/api/holds', input, signal),
    }),
  users: () =>
    queryOptions({ queryKey: ['users'], queryFn: ({ signal }) => fetchRead<UserRow[]>('/api/users', {}, signal) }),
  tokens: () =>
    queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => fetchRead<TokenRow[]>('/api/tokens', {}, signal) }),
  /** One's own sessions; an administrator sees everybody's. */
  sessions: () =>
    queryOptions({
      queryKey: ['sessions'],
      queryFn: ({ signal }) => fetchRead<SessionRow[]>('/api/sessions', {}, signal),
    }),
  audit: (input: AuditInput = {}) =>
    queryOptions({
      queryKey: ['audit', input],
      queryFn: ({ signal }) => fetchRead<AuditWindow>('/api/audit', input, signal),
    }),
  /** Reads the whole log: asked for by hand, and never by itself. */
  auditVerdict: () =>
    queryOptions({
      queryKey: ['audit-verdict'],
      queryFn: ({ signal }) => fetchRead<ChainVerdict>('/api/audit/verdict', {}, signal),
      enabled: false,
    }),
  localSockets: () =>
    queryOptions({
      queryKey: ['local-sockets'],
      queryFn: ({ signal }) => fetchRead<LocalSocket[]>('/api/local-sockets', {}, signal),
    }),
}
