import type { Reason } from '@/lib/domain/reason'

/** Whether a refusal is about exactly this field, so that it is told there and not above the form. */
export function isAbout(refusal: Reason | null, path: string): boolean {
  return refusal?.code === 'invalid' && refusal.errors.length === 1 && refusal.errors[0]?.path === path
}
