import { int, list, nothing, string, struct, truth, uint } from '../codec'
import { domainRef, listLimit, snapshotRef } from '../types'
import { procedureOf } from './procedure'

const procedure = procedureOf('domains')

const domainAndFlags = struct({ domain: domainRef, flags: uint })
const snapshotAndFlags = struct({ snapshot: snapshotRef, flags: uint })
const snapshots = struct({ snapshots: list(snapshotRef, listLimit), count: int })

/** Snapshots of a domain. Numbers and layouts: remote_protocol.x. */
export const snapshotProcedures = {
  count: procedure(187, 'domain_snapshot_num', domainAndFlags, int),
  listNames: procedure(
    188,
    'domain_snapshot_list_names',
    struct({ domain: domainRef, limit: int, flags: uint }),
    list(string, listLimit),
  ),
  listAll: procedure(
    274,
    'domain_list_all_snapshots',
    struct({ domain: domainRef, needResults: int, flags: uint }),
    snapshots,
  ),
  listAllChildren: procedure(
    275,
    'domain_snapshot_list_all_children',
    struct({ snapshot: snapshotRef, needResults: int, flags: uint }),
    snapshots,
  ),
  lookupByName: procedure(
    189,
    'domain_snapshot_lookup_by_name',
    struct({ domain: domainRef, name: string, flags: uint }),
    snapshotRef,
  ),
  hasCurrent: procedure(190, 'domain_has_current_snapshot', domainAndFlags, truth),
  current: procedure(191, 'domain_snapshot_current', domainAndFlags, snapshotRef),
  getXml: procedure(186, 'domain_snapshot_get_xml_desc', snapshotAndFlags, string),
  getParent: procedure(244, 'domain_snapshot_get_parent', snapshotAndFlags, snapshotRef),
  countChildren: procedure(246, 'domain_snapshot_num_children', snapshotAndFlags, int),
  isCurrent: procedure(271, 'domain_snapshot_is_current', snapshotAndFlags, truth),
  hasMetadata: procedure(272, 'domain_snapshot_has_metadata', snapshotAndFlags, truth),

  createXml: procedure(
    185,
    'domain_snapshot_create_xml',
    struct({ domain: domainRef, xml: string, flags: uint }),
    snapshotRef,
  ),
  revert: procedure(192, 'domain_revert_to_snapshot', snapshotAndFlags, nothing),
  delete: procedure(193, 'domain_snapshot_delete', snapshotAndFlags, nothing),
} as const
