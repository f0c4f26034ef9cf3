import type { z } from 'zod'
import type { Channel } from '@/lib/domain/channel'
import { ok } from '@/lib/domain/result'
import { listChannels as readChannels } from '@/lib/store/channels'
import { mayNot, type Verb } from '../context'
import type { nothing } from '../fields'

/** Every channel, without its secrets. */
export const listChannels: Verb<z.output<typeof nothing>, Channel[]> = async ({ ctx }) => {
  const no = mayNot(ctx, 'channel.manage')
  return no ?? ok(await readChannels(ctx.store))
}
