import { z } from 'zod'
import type { Channel } from '@/lib/domain/channel'
import { record } from '@/lib/store/audit'
import { removeChannel as drop } from '@/lib/store/channels'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'
import { channelId } from '../fields'

export const removeChannelInput = z.object({ id: channelId })

/** Removes a channel with its secret and what waits to be sent through it. */
export const removeChannel: Verb<z.output<typeof removeChannelInput>, Channel> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'channel.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const removed = await drop(tx, input.id)
    if (removed.ok)
      await record(tx, { ...by(ctx), action: 'channel.removed', subject: `channel:${removed.value.name}` })
    return removed
  })
}
