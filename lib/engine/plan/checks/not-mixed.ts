/** Internal and external snapshots in one chain: accepted by libvirt, later the end of most deletes and of some disks. */
import { type CheckRule, passes } from './rule'

export const notMixed: CheckRule = {
  id: 'not-mixed',
  judge: ({ context, intent }) => (context.connection.kind === 'libvirt' && intent.do !== 'repair' ? passes() : null),
}
