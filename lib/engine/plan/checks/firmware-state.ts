/** What UEFI and a TPM remember lies outside the disks: it goes back only with some snapshots, and is said otherwise. */
import { snapshotById } from '../context'
import { type CheckRule, passes, warns } from './rule'

export const firmwareState: CheckRule = {
  id: 'firmware-state',
  judge({ context, intent }) {
    if (intent.do !== 'rollback' || context.connection.kind !== 'libvirt') return null
    const snapshot = snapshotById(context, intent.snapshotId)?.snapshot
    if (snapshot === undefined) return null
    const { firmware, tpm } = context.known.facts
    const variables =
      firmware !== 'bios' && context.known.findings.some(({ finding }) => finding === 'nvram-not-captured')
    const tpmStays = tpm && snapshot.memory === 'none'
    return variables || tpmStays ? warns(undefined, { firmware, variables, tpm: tpmStays }) : passes({ firmware, tpm })
  },
}
