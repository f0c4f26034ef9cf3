'use server'

import { confirmPlan as confirm, confirmPlanInput } from '@/lib/services/plan/confirm'
import { proposePlan as propose, proposePlanInput } from '@/lib/services/plan/propose'
import { defineAction } from '@/lib/web/gate'

/** Makes and stores a plan; nothing changes on any hypervisor. */
export const proposePlan = defineAction({ permission: 'plan.propose', input: proposePlanInput, run: propose })

/** Consents to a plan. What the intent needs is checked by the verb. */
export const confirmPlan = defineAction({ permission: 'plan.propose', input: confirmPlanInput, run: confirm })
