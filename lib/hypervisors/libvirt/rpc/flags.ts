/* Flag bits and enumerations of libvirt's public headers (include/libvirt/*.h), those this client has a use for. */

export const openFlags = { readOnly: 1 } as const

/** virDomainState. */
export const domainStates = {
  none: 0,
  running: 1,
  blocked: 2,
  paused: 3,
  shuttingDown: 4,
  shutOff: 5,
  crashed: 6,
  pmSuspended: 7,
} as const

/** virDomainPausedReason, the ones that change what a person should do. @public */
export const pausedReasons = { user: 1, migration: 2, save: 3, ioError: 5, snapshot: 9 } as const

export const domainListFlags = {
  active: 1 << 0,
  inactive: 1 << 1,
  persistent: 1 << 2,
  transient: 1 << 3,
  managedSave: 1 << 8,
  hasSnapshot: 1 << 12,
  hasCheckpoint: 1 << 14,
} as const

/** `secure` includes passwords and needs a writable connection; `inactive` is the configuration of the next start. */
export const domainXmlFlags = { secure: 1 << 0, inactive: 1 << 1, updateCpu: 1 << 2, migratable: 1 << 3 } as const

/** virDomainModificationImpact. */
export const affectFlags = { current: 0, live: 1 << 0, config: 1 << 1 } as const

export const domainStats = {
  state: 1 << 0,
  cpuTotal: 1 << 1,
  balloon: 1 << 2,
  vcpu: 1 << 3,
  interface: 1 << 4,
  block: 1 << 5,
} as const

/** `noWait` skips figures of a guest that is busy instead of waiting for it; `backing` adds every backing file. */
export const domainStatsFlags = {
  active: 1 << 0,
  inactive: 1 << 1,
  noWait: 1 << 29,
  backing: 1 << 30,
  enforceStats: 0x8000_0000,
} as const

export const createFlags = { paused: 1 << 0, forceBoot: 1 << 3 } as const
/** @public */
export const destroyFlags = { graceful: 1 << 0 } as const
export const shutdownFlags = { acpi: 1 << 0, agent: 1 << 1 } as const

/** @public */
export const undefineFlags = {
  managedSave: 1 << 0,
  snapshotsMetadata: 1 << 1,
  nvram: 1 << 2,
  keepNvram: 1 << 3,
  checkpointsMetadata: 1 << 4,
} as const

export const metadataTypes = { description: 0, title: 1, element: 2 } as const

export const snapshotListFlags = {
  roots: 1 << 0,
  metadata: 1 << 1,
  leaves: 1 << 2,
  noLeaves: 1 << 3,
  noMetadata: 1 << 4,
  inactive: 1 << 5,
  active: 1 << 6,
  diskOnly: 1 << 7,
  internal: 1 << 8,
  external: 1 << 9,
  /** Parents before their children. */
  topological: 1 << 10,
} as const

export const snapshotCreateFlags = {
  redefine: 1 << 0,
  current: 1 << 1,
  noMetadata: 1 << 2,
  halt: 1 << 3,
  diskOnly: 1 << 4,
  reuseExternal: 1 << 5,
  quiesce: 1 << 6,
  atomic: 1 << 7,
  live: 1 << 8,
  validate: 1 << 9,
} as const

/** @public */
export const snapshotRevertFlags = { running: 1 << 0, paused: 1 << 1, force: 1 << 2, resetNvram: 1 << 3 } as const
export const snapshotDeleteFlags = { children: 1 << 0, metadataOnly: 1 << 1, childrenOnly: 1 << 2 } as const
/** @public */
export const snapshotXmlFlags = { secure: 1 << 0 } as const

/** `size` asks the running guest for the bytes changed since the checkpoint. @public */
export const checkpointXmlFlags = { secure: 1 << 0, noDomain: 1 << 1, size: 1 << 2 } as const

export const blockCommitFlags = {
  shallow: 1 << 0,
  delete: 1 << 1,
  active: 1 << 2,
  relative: 1 << 3,
  bandwidthBytes: 1 << 4,
} as const
/** @public */
export const blockPullFlags = { bandwidthBytes: 1 << 6 } as const
export const blockJobAbortFlags = { async: 1 << 0, pivot: 1 << 1 } as const
export const blockJobInfoFlags = { bandwidthBytes: 1 << 0 } as const
export const blockJobTypes = { unknown: 0, pull: 1, copy: 2, commit: 3, activeCommit: 4, backup: 5 } as const
export const blockJobStatuses = { completed: 0, failed: 1, cancelled: 2, ready: 3 } as const

/** @public */
export const diskErrorCodes = { none: 0, unspecified: 1, noSpace: 2 } as const

/** @public */
export const poolListFlags = { inactive: 1 << 0, active: 1 << 1, persistent: 1 << 2, transient: 1 << 3 } as const
export const poolStates = { inactive: 0, building: 1, running: 2, degraded: 3, inaccessible: 4 } as const
/** @public */
export const volumeTypes = { file: 0, block: 1, directory: 2, network: 3, networkDirectory: 4, ploop: 5 } as const
/** With `physical` the allocation reported is the file's length, not the bytes it occupies. @public */
export const volumeInfoFlags = { physical: 1 << 0 } as const
/** @public */
export const volumeDeleteFlags = { zeroed: 1 << 0, withSnapshots: 1 << 1 } as const
/** @public */
export const volumeCreateFlags = { preallocateMetadata: 1 << 0 } as const
export const volumeDownloadFlags = { sparse: 1 << 0 } as const

/** VIR_DRV_FEATURE_PROGRAM_KEEPALIVE: asking for it makes the daemon send pings of its own. */
export const driverFeatures = { keepalive: 10 } as const
