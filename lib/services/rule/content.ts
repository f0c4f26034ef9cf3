/** What people may say of a rule, checked in one way for adding, changing and previewing. */
import { z } from 'zod'
import { type AlertRule, SEVERITIES } from '@/lib/domain/alert'
import { ENVIRONMENTS } from '@/lib/domain/environment'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { RULE_SHAPES } from '@/lib/domain/rule-shapes'
import { DAY } from '@/lib/domain/units'
import { connectionId, storageId, thingName } from '../fields'

const level = z.object({ severity: z.enum(SEVERITIES), fire: z.number().finite(), clear: z.number().finite() })
const hold = z.number().int().min(0).max(DAY)
export const ruleContent = {
  name: thingName,
  levels: z.array(level).min(1).max(SEVERITIES.length),
  holdMillis: hold,
  clearHoldMillis: hold,
  scope: z.object({
    connectionIds: z.array(connectionId).max(500),
    storageIds: z.array(storageId).max(500),
    tags: z.array(z.string().trim().min(1).max(200)).max(100),
    environments: z.array(z.enum(ENVIRONMENTS)).max(ENVIRONMENTS.length),
  }),
  enabled: z.boolean(),
}

/** Levels rise in severity, lie apart in the worse direction, and clear on the better side of where they fire. */
export function unfitLevels({ kind, levels }: Pick<AlertRule, 'kind' | 'levels'>): Outcome<null> {
  const sign = RULE_SHAPES[kind].worse === 'above' ? 1 : -1
  const errors = levels.flatMap(({ severity, fire, clear }, index) => {
    const before = levels[index - 1]
    const path = `levels.${index}`
    if (sign * (fire - clear) < 0)
      return [{ path: `${path}.clear`, message: 'must lie on the better side of where it fires' }]
    if (before === undefined) return []
    if (SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(before.severity))
      return [{ path: `${path}.severity`, message: 'must be more severe than the level before' }]
    return sign * (fire - before.fire) <= 0
      ? [{ path: `${path}.fire`, message: 'must be worse than the level before' }]
      : []
  })
  return errors.length === 0 ? ok(null) : refused({ code: 'invalid', errors })
}
