import { int, list, nothing, optional, string, struct, truth, uint, unsignedHyper } from '../codec'
import { domainRef } from '../types'
import { procedureOf } from './procedure'

const procedure = procedureOf('domains')

const diskAndFlags = struct({ domain: domainRef, disk: string, flags: uint })

/** Disks of a domain and the jobs on them. `disk` is a target name (`vda`) or a path. remote_protocol.x. */
export const blockProcedures = {
  getInfo: procedure(
    194,
    'domain_get_block_info',
    diskAndFlags,
    struct({ allocation: unsignedHyper, capacity: unsignedHyper, physical: unsignedHyper }),
  ),
  getErrors: procedure(
    263,
    'domain_get_disk_errors',
    struct({ domain: domainRef, limit: uint, flags: uint }),
    struct({ errors: list(struct({ disk: string, error: int }), 256), count: int }),
  ),
  getJobInfo: procedure(
    238,
    'domain_get_block_job_info',
    diskAndFlags,
    struct({ found: truth, type: int, bandwidth: unsignedHyper, done: unsignedHyper, end: unsignedHyper }),
  ),
  abortJob: procedure(237, 'domain_block_job_abort', diskAndFlags, nothing),
  commit: procedure(
    290,
    'domain_block_commit',
    struct({
      domain: domainRef,
      disk: string,
      base: optional(string),
      top: optional(string),
      bandwidth: unsignedHyper,
      flags: uint,
    }),
    nothing,
  ),
  pull: procedure(
    240,
    'domain_block_pull',
    struct({ domain: domainRef, disk: string, bandwidth: unsignedHyper, flags: uint }),
    nothing,
  ),
  rebase: procedure(
    266,
    'domain_block_rebase',
    struct({ domain: domainRef, disk: string, base: optional(string), bandwidth: unsignedHyper, flags: uint }),
    nothing,
  ),
} as const
