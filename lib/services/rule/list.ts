import type { z } from 'zod'
import type { AlertRule } from '@/lib/domain/alert'
import { ok } from '@/lib/domain/result'
import { listRules as readRules } from '@/lib/store/alert-rules'
import { mayNot, type Verb } from '../context'
import type { nothing } from '../fields'

/** Every rule there is, shipped ones first. */
export const listRules: Verb<z.output<typeof nothing>, AlertRule[]> = async ({ ctx }) => {
  const no = mayNot(ctx, 'alert.read')
  return no ?? ok(await readRules(ctx.store))
}
