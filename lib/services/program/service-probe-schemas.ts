/** What programs read of the service that is asked after a rollback. */
import { z } from 'zod'

const common = {
  withinMillis: z.int().meta({ description: 'how long after the last step it may take to answer' }),
  setBy: z.string(),
  setAt: z.iso.datetime({ precision: 3 }),
}
export const serviceProbeSchema = z.object({
  probe: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('tcp'), host: z.string(), port: z.int(), ...common }),
      z.object({
        kind: z.literal('http'),
        url: z.string(),
        expectedStatus: z.int(),
        anyCertificate: z.boolean(),
        ...common,
      }),
    ])
    .nullable()
    .meta({ id: 'ServiceProbe', description: 'null = nothing is asked' }),
})

export const serviceProbeResultSchema = z
  .object({
    result: z.enum(['pass', 'fail', 'unknown']),
    tookMillis: z.int().optional(),
    why: z.looseObject({ code: z.string() }).optional(),
  })
  .meta({ id: 'ServiceProbeResult', description: 'why is there unless it passed' })
