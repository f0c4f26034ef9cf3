import { int, list, nothing, string, struct, truth, uint, unsignedHyper } from '../codec'
import { listLimit, poolRef, uuid, volumeRef } from '../types'
import { procedureOf } from './procedure'

const procedure = procedureOf('storage')

const poolAndFlags = struct({ pool: poolRef, flags: uint })
const volumeAndFlags = struct({ volume: volumeRef, flags: uint })
const volumeInfo = struct({ type: int, capacity: unsignedHyper, allocation: unsignedHyper })

/** Storage pools and volumes. Numbers and layouts: remote_protocol.x. */
export const storageProcedures = {
  listAllPools: procedure(
    281,
    'connect_list_all_storage_pools',
    struct({ needResults: int, flags: uint }),
    struct({ pools: list(poolRef, listLimit), count: uint }),
  ),
  poolLookupByName: procedure(84, 'storage_pool_lookup_by_name', string, poolRef),
  poolLookupByUuid: procedure(85, 'storage_pool_lookup_by_uuid', uuid, poolRef),
  poolLookupByVolume: procedure(86, 'storage_pool_lookup_by_volume', volumeRef, poolRef),
  poolGetInfo: procedure(
    87,
    'storage_pool_get_info',
    poolRef,
    struct({ state: uint, capacity: unsignedHyper, allocation: unsignedHyper, available: unsignedHyper }),
  ),
  poolGetXml: procedure(88, 'storage_pool_get_xml_desc', poolAndFlags, string),
  poolIsActive: procedure(154, 'storage_pool_is_active', poolRef, truth),
  poolRefresh: procedure(83, 'storage_pool_refresh', poolAndFlags, nothing),
  poolDefineXml: procedure(77, 'storage_pool_define_xml', struct({ xml: string, flags: uint }), poolRef),
  poolCreateXml: procedure(76, 'storage_pool_create_xml', struct({ xml: string, flags: uint }), poolRef),
  poolCreate: procedure(78, 'storage_pool_create', poolAndFlags, nothing),
  poolBuild: procedure(79, 'storage_pool_build', poolAndFlags, nothing),
  poolDestroy: procedure(80, 'storage_pool_destroy', poolRef, nothing),
  poolUndefine: procedure(82, 'storage_pool_undefine', poolRef, nothing),

  poolListAllVolumes: procedure(
    282,
    'storage_pool_list_all_volumes',
    struct({ pool: poolRef, needResults: int, flags: uint }),
    struct({ volumes: list(volumeRef, listLimit), count: uint }),
  ),
  volumeLookupByName: procedure(95, 'storage_vol_lookup_by_name', struct({ pool: poolRef, name: string }), volumeRef),
  volumeLookupByKey: procedure(96, 'storage_vol_lookup_by_key', string, volumeRef),
  volumeLookupByPath: procedure(97, 'storage_vol_lookup_by_path', string, volumeRef),
  volumeGetInfo: procedure(98, 'storage_vol_get_info', volumeRef, volumeInfo),
  volumeGetInfoFlags: procedure(378, 'storage_vol_get_info_flags', volumeAndFlags, volumeInfo),
  volumeGetXml: procedure(99, 'storage_vol_get_xml_desc', volumeAndFlags, string),
  volumeGetPath: procedure(100, 'storage_vol_get_path', volumeRef, string),
  volumeCreateXml: procedure(
    93,
    'storage_vol_create_xml',
    struct({ pool: poolRef, xml: string, flags: uint }),
    volumeRef,
  ),
  volumeDelete: procedure(94, 'storage_vol_delete', volumeAndFlags, nothing),
  /** Answers at once; the bytes follow as a stream with the call's serial. `length` 0 means to the end. */
  volumeDownload: procedure(
    209,
    'storage_vol_download',
    struct({ volume: volumeRef, offset: unsignedHyper, length: unsignedHyper, flags: uint }),
    nothing,
  ),
} as const
