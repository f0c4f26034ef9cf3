/**
 * The XML a collection reads, fetched and dropped: same calls, same width, nothing parsed or kept. What a collection
 * takes beyond this is ours.
 */
import { forEachAtOnce } from '../../lib/hypervisors/libvirt/pace'
import { LibvirtClient } from '../../lib/hypervisors/libvirt/rpc/client'

/** The width of a collection's rows of calls (lib/hypervisors/libvirt/collect/sweep.ts). */
const WIDTH = 8

export type Read = { domains: number; snapshots: number; volumes: number; characters: number }

/** Reads everything once over its own connection, which is opened and closed within. */
export async function readBare(socketPath: string): Promise<Read> {
  const client = await LibvirtClient.open({ uri: 'qemu:///system', socketPath })
  try {
    const read: Read = { domains: 0, snapshots: 0, volumes: 0, characters: 0 }
    const count = (xml: string) => {
      read.characters += xml.length
    }
    const domains = await client.domains.list()
    await forEachAtOnce(domains, WIDTH, async (domain) => {
      read.domains += 1
      count(await client.domains.readXml(domain))
      const [snapshots] = await Promise.all([client.snapshots.list(domain), client.snapshots.findCurrent(domain)])
      await forEachAtOnce(snapshots, WIDTH, async (snapshot) => {
        read.snapshots += 1
        count(await client.snapshots.readXml(snapshot))
      })
    })
    for (const pool of await client.storage.listPools()) {
      count(await client.storage.readPoolXml(pool))
      await forEachAtOnce(await client.storage.listVolumes(pool), WIDTH, async (volume) => {
        read.volumes += 1
        count(await client.storage.readVolumeXml(volume))
      })
    }
    return read
  } finally {
    await client.close()
  }
}
