/** The name is legal and free; what is wrong with it is told by the planner. */
import { type CheckRule, passes } from './rule'

export const nameFree: CheckRule = {
  id: 'name-free',
  judge: ({ intent }) => (intent.do === 'take' ? passes({ name: intent.name ?? null }) : null),
}
