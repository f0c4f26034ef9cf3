import { hyper, int, list, nothing, optional, string, struct, truth, uint, unsignedHyper } from '../codec'
import { checkpointRef, domainRef, listLimit, typedParameters, uuid } from '../types'
import { procedureOf, qemuProcedure } from './procedure'

const procedure = procedureOf('domains')

const domainAndFlags = struct({ domain: domainRef, flags: uint })
const mountpoints = list(string, 256)

/** Domains: reading, power, definition, metadata and the guest agent. Numbers and layouts: remote_protocol.x. */
export const domainProcedures = {
  lookupById: procedure(22, 'domain_lookup_by_id', int, domainRef),
  lookupByName: procedure(23, 'domain_lookup_by_name', string, domainRef),
  lookupByUuid: procedure(24, 'domain_lookup_by_uuid', uuid, domainRef),

  getXml: procedure(14, 'domain_get_xml_desc', domainAndFlags, string),
  getState: procedure(212, 'domain_get_state', domainAndFlags, struct({ state: int, reason: int })),
  getInfo: procedure(
    16,
    'domain_get_info',
    domainRef,
    struct({
      state: uint,
      maxMemoryKib: unsignedHyper,
      memoryKib: unsignedHyper,
      cpus: uint,
      cpuTimeNs: unsignedHyper,
    }),
  ),
  getControlInfo: procedure(
    229,
    'domain_get_control_info',
    domainAndFlags,
    struct({ state: uint, details: uint, stateTimeMs: unsignedHyper }),
  ),
  isActive: procedure(150, 'domain_is_active', domainRef, truth),
  isPersistent: procedure(151, 'domain_is_persistent', domainRef, truth),
  getAutostart: procedure(15, 'domain_get_autostart', domainRef, truth),
  getTime: procedure(337, 'domain_get_time', domainAndFlags, struct({ seconds: hyper, nanoseconds: uint })),

  defineXml: procedure(11, 'domain_define_xml', string, domainRef),
  defineXmlFlags: procedure(350, 'domain_define_xml_flags', struct({ xml: string, flags: uint }), domainRef),
  undefineFlags: procedure(231, 'domain_undefine_flags', domainAndFlags, nothing),
  createXml: procedure(10, 'domain_create_xml', struct({ xml: string, flags: uint }), domainRef),
  create: procedure(9, 'domain_create', domainRef, nothing),
  createWithFlags: procedure(196, 'domain_create_with_flags', domainAndFlags, domainRef),
  destroy: procedure(12, 'domain_destroy', domainRef, nothing),
  destroyFlags: procedure(234, 'domain_destroy_flags', domainAndFlags, nothing),
  shutdown: procedure(33, 'domain_shutdown', domainRef, nothing),
  shutdownFlags: procedure(258, 'domain_shutdown_flags', domainAndFlags, nothing),
  suspend: procedure(34, 'domain_suspend', domainRef, nothing),
  resume: procedure(28, 'domain_resume', domainRef, nothing),
  wakeUp: procedure(267, 'domain_pm_wakeup', domainAndFlags, nothing),

  hasManagedSave: procedure(183, 'domain_has_managed_save_image', domainAndFlags, truth),
  managedSave: procedure(182, 'domain_managed_save', domainAndFlags, nothing),
  managedSaveRemove: procedure(184, 'domain_managed_save_remove', domainAndFlags, nothing),

  setMetadata: procedure(
    264,
    'domain_set_metadata',
    struct({
      domain: domainRef,
      type: int,
      metadata: optional(string),
      key: optional(string),
      uri: optional(string),
      flags: uint,
    }),
    nothing,
  ),
  getMetadata: procedure(
    265,
    'domain_get_metadata',
    struct({ domain: domainRef, type: int, uri: optional(string), flags: uint }),
    string,
  ),

  freeze: procedure(335, 'domain_fsfreeze', struct({ domain: domainRef, mountpoints, flags: uint }), int),
  thaw: procedure(336, 'domain_fsthaw', struct({ domain: domainRef, mountpoints, flags: uint }), int),
  getFilesystems: procedure(
    349,
    'domain_get_fsinfo',
    domainAndFlags,
    struct({
      filesystems: list(
        struct({ mountpoint: string, name: string, type: string, deviceAliases: list(string, 256) }),
        256,
      ),
      count: uint,
    }),
  ),
  getGuestInfo: procedure(
    418,
    'domain_get_guest_info',
    struct({ domain: domainRef, types: uint, flags: uint }),
    typedParameters(2048),
  ),

  getJobStats: procedure(
    298,
    'domain_get_job_stats',
    domainAndFlags,
    struct({ type: int, values: typedParameters(1024) }),
  ),
  abortJob: procedure(164, 'domain_abort_job', domainRef, nothing),

  listAllCheckpoints: procedure(
    413,
    'domain_list_all_checkpoints',
    struct({ domain: domainRef, needResults: int, flags: uint }),
    struct({ checkpoints: list(checkpointRef, listLimit), count: int }),
  ),
  getCheckpointXml: procedure(
    412,
    'domain_checkpoint_get_xml_desc',
    struct({ checkpoint: checkpointRef, flags: uint }),
    string,
  ),

  /** Timeout in seconds; −1 waits for ever, −2 uses libvirt's default, 0 does not wait. qemu_protocol.x. */
  agentCommand: qemuProcedure(
    3,
    'qemu_domain_agent_command',
    struct({ domain: domainRef, command: string, timeoutSeconds: int, flags: uint }),
    optional(string),
  ),
} as const
