/** Names of the facts that checks and operations tell. A key without a name is shown as it is. */
export const evidence = {
  unknown: 'not known',
  yes: 'yes',
  no: 'no',
  keys: {
    snapshot: 'Snapshot',
    snapshots: 'Snapshots',
    storage: 'Storage',
  },
} as const
