/** What an actor may do. Pure and shared by gate, services and UI, so that a disabled button tells the same reason. */
import type { Actor } from './actor'

export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/**
 * viewer reads; operator takes, rolls back, deletes and holds; admin also forces, repairs and manages.
 * Proxmox cannot tell take, delete and rollback apart (VM.Snapshot allows all), so our roles must.
 */
export const PERMISSIONS = {
  'inventory.read': 'viewer',
  'connection.read': 'viewer',
  'connection.collect': 'operator',
  'connection.test': 'admin',
  'connection.manage': 'admin',
  'user.manage': 'admin',
  'token.manage-own': 'viewer',
  'token.manage-all': 'admin',
  'profile.manage-own': 'viewer',
  'audit.read': 'admin',
  'plan.propose': 'viewer',
  'plan.override': 'admin',
  'snapshot.take': 'operator',
  'snapshot.rollback': 'operator',
  'snapshot.delete': 'operator',
  'snapshot.merge': 'operator',
  'snapshot.hold': 'operator',
  'guest.repair': 'admin',
  'operation.read': 'viewer',
  'operation.cancel': 'operator',
  'alert.read': 'viewer',
  'alert.handle': 'operator',
  'rule.manage': 'admin',
  'channel.manage': 'admin',
  'clean-up.manage': 'admin',
  'environment.set': 'operator',
  'service-probe.set': 'operator',
  'metrics.read': 'viewer',
  'export.read': 'viewer',
} as const satisfies Record<string, Role>
export type Permission = keyof typeof PERMISSIONS

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 }

/** Whether `role` includes everything `needed` may do. */
export const roleCovers = (role: Role, needed: Role): boolean => RANK[role] >= RANK[needed]

/** Whether the actor may; when not, the least role that could. */
export function can(actor: Actor, permission: Permission): { ok: true } | { ok: false; needs: Role } {
  const needs = PERMISSIONS[permission]
  return roleCovers(actor.role, needs) ? { ok: true } : { ok: false, needs }
}
