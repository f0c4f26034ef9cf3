import { charArray, int, list, nothing, optional, string, struct, truth, uint, unsignedHyper } from '../codec'
import { domainRef, listLimit, networkRef, nodeInfo, poolRef, typedParameters } from '../types'
import { procedureOf } from './procedure'

const procedure = procedureOf('domains')
const network = procedureOf('networks')
const storage = procedureOf('storage')

/** Most SASL data per message (REMOTE_AUTH_SASL_DATA_MAX). */
const maxSaslBytes = 65_536

/** `nil` is not the same as empty data: SASL distinguishes "no response" from "a response of no bytes". */
const saslData = { nil: truth, data: charArray(maxSaslBytes) }
const saslReply = struct({ complete: truth, ...saslData })

/** Sign-in, opening and asking about the connection as a whole. Numbers and layouts: libvirt, remote_protocol.x. */
export const connectProcedures = {
  authList: procedure(66, 'auth_list', nothing, list(int, 20)),
  authPolkit: procedure(70, 'auth_polkit', nothing, truth),
  authSaslInit: procedure(67, 'auth_sasl_init', nothing, string),
  authSaslStart: procedure(68, 'auth_sasl_start', struct({ mechanism: string, ...saslData }), saslReply),
  authSaslStep: procedure(69, 'auth_sasl_step', struct(saslData), saslReply),

  open: procedure(1, 'connect_open', struct({ uri: optional(string), flags: uint }), nothing),
  close: procedure(2, 'connect_close', nothing, nothing),
  supportsFeature: procedure(60, 'connect_supports_feature', int, truth),

  getType: procedure(3, 'connect_get_type', nothing, string),
  getVersion: procedure(4, 'connect_get_version', nothing, unsignedHyper),
  getLibVersion: procedure(157, 'connect_get_lib_version', nothing, unsignedHyper),
  getHostname: procedure(59, 'connect_get_hostname', nothing, string),
  getUri: procedure(110, 'connect_get_uri', nothing, string),
  getCapabilities: procedure(7, 'connect_get_capabilities', nothing, string),
  getDomainCapabilities: procedure(
    342,
    'connect_get_domain_capabilities',
    struct({
      emulator: optional(string),
      architecture: optional(string),
      machine: optional(string),
      virtualization: optional(string),
      flags: uint,
    }),
    string,
  ),
  getSysinfo: procedure(203, 'connect_get_sysinfo', uint, string),
  isSecure: procedure(149, 'connect_is_secure', nothing, truth),
  getNodeInfo: procedure(6, 'node_get_info', nothing, nodeInfo),

  listAllDomains: procedure(
    273,
    'connect_list_all_domains',
    struct({ needResults: int, flags: uint }),
    struct({ domains: list(domainRef, listLimit), count: uint }),
  ),
  getAllDomainStats: procedure(
    344,
    'connect_get_all_domain_stats',
    struct({ domains: list(domainRef, listLimit), stats: uint, flags: uint }),
    list(struct({ domain: domainRef, values: typedParameters(262_144) }), listLimit),
  ),
  listAllNetworks: network(
    283,
    'connect_list_all_networks',
    struct({ needResults: int, flags: uint }),
    struct({ networks: list(networkRef, listLimit), count: uint }),
  ),

  registerDomainEvent: procedure(
    316,
    'connect_domain_event_callback_register_any',
    struct({ event: int, domain: optional(domainRef) }),
    int,
  ),
  deregisterDomainEvent: procedure(317, 'connect_domain_event_callback_deregister_any', int, nothing),
  registerPoolEvent: storage(
    368,
    'connect_storage_pool_event_register_any',
    struct({ event: int, pool: optional(poolRef) }),
    int,
  ),
  deregisterPoolEvent: storage(369, 'connect_storage_pool_event_deregister_any', int, nothing),
} as const
