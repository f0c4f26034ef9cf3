/** Every read of the pages, once: the routes under app/api serve them, pages run the same ones while they render. */
import type { z } from 'zod'
import { getAlert, getAlertInput } from '@/lib/services/alert/get'
import { listInbox, listInboxInput } from '@/lib/services/alert/inbox'
import { listClosedAlerts, listClosedAlertsInput } from '@/lib/services/alert/list-closed'
import { listAudit, listAuditInput } from '@/lib/services/audit/list'
import { verifyAuditLog } from '@/lib/services/audit/verify'
import { listDeliveries, listDeliveriesInput } from '@/lib/services/channel/deliveries'
import { listChannels } from '@/lib/services/channel/list'
import { listCleanUps } from '@/lib/services/clean-up/list'
import { getConnection, getConnectionInput } from '@/lib/services/connection/get'
import { listConnections } from '@/lib/services/connection/list'
import { getEnvironment, getEnvironmentInput } from '@/lib/services/environment/get'
import { nothing } from '@/lib/services/fields'
import { diffConfiguration, diffConfigurationInput } from '@/lib/services/guest/configuration-diff'
import { getGuest, getGuestInput } from '@/lib/services/guest/get'
import { listGuestIds, listGuestIdsInput } from '@/lib/services/guest/ids'
import { listGuests, listGuestsInput } from '@/lib/services/guest/list'
import { listHolds, listHoldsInput } from '@/lib/services/hold/list'
import { findLocal } from '@/lib/services/local-socket/find'
import { getOperation, getOperationInput } from '@/lib/services/operation/get'
import { listOperations, listOperationsInput } from '@/lib/services/operation/list'
import { getOverview } from '@/lib/services/overview/get'
import { getPlan, getPlanInput } from '@/lib/services/plan/get'
import { listRetention } from '@/lib/services/retention/list'
import { listLimitShares } from '@/lib/services/retention/shares'
import { listRules } from '@/lib/services/rule/list'
import { find, findInput } from '@/lib/services/search/find'
import { getServiceProbe, getServiceProbeInput } from '@/lib/services/service-probe/get'
import { listSessions } from '@/lib/services/session/list'
import { getShell } from '@/lib/services/shell/get'
import { storageForecast, storageForecastInput } from '@/lib/services/storage/forecast'
import { getStorage, getStorageInput } from '@/lib/services/storage/get'
import { storageHistory, storageHistoryInput } from '@/lib/services/storage/history'
import { listStorages } from '@/lib/services/storage/list'
import { storageSpace, storageSpaceInput } from '@/lib/services/storage/space'
import { waysToFree, waysToFreeInput } from '@/lib/services/storage/ways-to-free'
import { listTokens } from '@/lib/services/token/list'
import { listUsers } from '@/lib/services/user/list'
import type { Spec } from './gate'

const read = <Schema extends z.ZodType, Answer>(spec: Spec<Schema, Answer>): Spec<Schema, Answer> => spec

export const reads = {
  shell: read({ permission: 'inventory.read', input: nothing, run: getShell }),
  overview: read({ permission: 'inventory.read', input: nothing, run: getOverview }),
  guests: read({ permission: 'inventory.read', input: listGuestsInput, run: listGuests }),
  guestIds: read({ permission: 'inventory.read', input: listGuestIdsInput, run: listGuestIds }),
  guest: read({ permission: 'inventory.read', input: getGuestInput, run: getGuest }),
  configuration: read({ permission: 'inventory.read', input: diffConfigurationInput, run: diffConfiguration }),
  storages: read({ permission: 'inventory.read', input: nothing, run: listStorages }),
  storage: read({ permission: 'inventory.read', input: getStorageInput, run: getStorage }),
  storageHistory: read({ permission: 'inventory.read', input: storageHistoryInput, run: storageHistory }),
  storageForecast: read({ permission: 'inventory.read', input: storageForecastInput, run: storageForecast }),
  storageSpace: read({ permission: 'inventory.read', input: storageSpaceInput, run: storageSpace }),
  waysToFree: read({ permission: 'inventory.read', input: waysToFreeInput, run: waysToFree }),
  alerts: read({ permission: 'alert.read', input: listInboxInput, run: listInbox }),
  closedAlerts: read({ permission: 'alert.read', input: listClosedAlertsInput, run: listClosedAlerts }),
  alert: read({ permission: 'alert.read', input: getAlertInput, run: getAlert }),
  rules: read({ permission: 'alert.read', input: nothing, run: listRules }),
  cleanUps: read({ permission: 'alert.read', input: nothing, run: listCleanUps }),
  channels: read({ permission: 'channel.manage', input: nothing, run: listChannels }),
  deliveries: read({ permission: 'channel.manage', input: listDeliveriesInput, run: listDeliveries }),
  connections: read({ permission: 'connection.read', input: nothing, run: listConnections }),
  connection: read({ permission: 'connection.read', input: getConnectionInput, run: getConnection }),
  search: read({ permission: 'inventory.read', input: findInput, run: find }),
  retention: read({ permission: 'inventory.read', input: nothing, run: listRetention }),
  limitShares: read({ permission: 'inventory.read', input: nothing, run: listLimitShares }),
  serviceProbe: read({ permission: 'inventory.read', input: getServiceProbeInput, run: getServiceProbe }),
  environment: read({ permission: 'inventory.read', input: getEnvironmentInput, run: getEnvironment }),
  operations: read({ permission: 'operation.read', input: listOperationsInput, run: listOperations }),
  operation: read({ permission: 'operation.read', input: getOperationInput, run: getOperation }),
  plan: read({ permission: 'plan.propose', input: getPlanInput, run: getPlan }),
  holds: read({ permission: 'inventory.read', input: listHoldsInput, run: listHolds }),
  users: read({ permission: 'user.manage', input: nothing, run: listUsers }),
  tokens: read({ permission: 'token.manage-own', input: nothing, run: listTokens }),
  sessions: read({ permission: 'profile.manage-own', input: nothing, run: listSessions }),
  audit: read({ permission: 'audit.read', input: listAuditInput, run: listAudit }),
  auditVerdict: read({ permission: 'audit.read', input: nothing, run: verifyAuditLog }),
  localSockets: read({ permission: 'connection.manage', input: nothing, run: findLocal }),
}
