/** Fields that several verbs take, checked in one way. */
import { z } from 'zod'
import {
  type AlertId,
  type AlertRuleId,
  asId,
  type ChannelId,
  type CleanUpPolicyId,
  type ConnectionId,
  type GuestId,
  type OperationId,
  type PlanId,
  type SilenceId,
  type SnapshotId,
  type StorageId,
  type TokenId,
  type UserId,
} from '@/lib/domain/ids'
import { ROLES } from '@/lib/domain/permission'
import { PASSWORD_MAX } from './passwords'

/** Everything that is not a control character; what people type as a name. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u

/** Ids are UUID text of our own making; a longer or stranger one names nothing. */
const idText = z.string().min(1).max(64).regex(PRINTABLE, 'must not hold control characters')
export const connectionId = idText.transform((text) => asId<ConnectionId>(text))
export const guestId = idText.transform((text) => asId<GuestId>(text))
export const snapshotId = idText.transform((text) => asId<SnapshotId>(text))
export const storageId = idText.transform((text) => asId<StorageId>(text))
export const planId = idText.transform((text) => asId<PlanId>(text))
export const operationId = idText.transform((text) => asId<OperationId>(text))
export const tokenId = idText.transform((text) => asId<TokenId>(text))
export const userId = idText.transform((text) => asId<UserId>(text))
export const alertId = idText.transform((text) => asId<AlertId>(text))
export const ruleId = idText.transform((text) => asId<AlertRuleId>(text))
export const silenceId = idText.transform((text) => asId<SilenceId>(text))
export const channelId = idText.transform((text) => asId<ChannelId>(text))
export const cleanUpPolicyId = idText.transform((text) => asId<CleanUpPolicyId>(text))
export const sessionId = idText

export const email = z.string().trim().toLowerCase().max(254).pipe(z.email('must be an e-mail address'))
export const personName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100)
  .regex(PRINTABLE, 'must not hold control characters')
export const thingName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(120)
  .regex(PRINTABLE, 'must not hold control characters')
/** What people write to each other: may be empty. */
export const remark = z.string().trim().max(2_000)
export const role = z.enum(ROLES)
/** Only bounded here: whether it is good enough is `passwordProblem`'s to say, which has a text for it. */
export const password = z.string().min(1, 'must not be empty').max(PASSWORD_MAX)
/** No fields. Extra ones are ignored, as in a URL. */
export const nothing = z.object({})

/** A time of day as people write it, in the installation's time zone. */
export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 22:00')
