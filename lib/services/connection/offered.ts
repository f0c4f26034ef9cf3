import { z } from 'zod'
import type { Outcome } from '@/lib/domain/result'
import { SECOND } from '@/lib/domain/units'
import type { OfferedIdentity } from '@/lib/domain/view'
import { fetchOfferedIdentity } from '@/lib/hypervisors/registry-addresses'
import { type Call, mayNot } from '../context'
import { libvirtAccess } from './input'
import { limitTests } from './test-unsaved'

const PATIENCE = 15 * SECOND

export const offeredInput = z.object({ kind: z.literal('libvirt'), uri: libvirtAccess.uri })

/** Asks a server for its ssh host keys or TLS certificate, so that a person can compare them before pinning one. */
export async function fetchOffered({
  ctx,
  input,
}: Call<z.output<typeof offeredInput>>): Promise<Outcome<OfferedIdentity>> {
  const no = mayNot(ctx, 'connection.test') ?? (await limitTests(ctx))
  return no ?? fetchOfferedIdentity(input.uri, AbortSignal.timeout(PATIENCE))
}
