/** Identities. Branded text, so that a guest id is never passed where a connection id is meant. */

declare const brand: unique symbol
type Id<Name extends string> = string & { readonly [brand]: Name }

export type ConnectionId = Id<'connection'>
export type GuestId = Id<'guest'>
export type SnapshotId = Id<'snapshot'>
export type StorageId = Id<'storage'>
export type VolumeId = Id<'volume'>
export type CollectionId = Id<'collection'>
export type UserId = Id<'user'>
export type TokenId = Id<'token'>
export type AuditId = Id<'audit'>
export type PlanId = Id<'plan'>
export type OperationId = Id<'operation'>
export type HoldId = Id<'hold'>
export type AlertId = Id<'alert'>
export type AlertRuleId = Id<'alert-rule'>
export type SilenceId = Id<'silence'>
export type ChannelId = Id<'channel'>
export type CleanUpPolicyId = Id<'clean-up-policy'>

/** Turns stored or received text into an id. The caller has looked it up or validated its shape. */
export const asId = <T extends Id<string>>(text: string): T => text as T

/**
 * How a hypervisor names its own objects. `nativeId` is stable for the life of the guest there
 * (libvirt UUID, Proxmox vmid, vSphere instanceUuid); names may change and may repeat.
 */
export type GuestRef = { nativeId: string; name: string; node: string }
/** libvirt and Proxmox address a snapshot by name within its guest; vSphere by managed-object reference. */
export type SnapshotRef = { guest: GuestRef; nativeId: string; name: string }
export type StorageRef = { nativeId: string; name: string; node: string }
export type DiskRef = { guest: GuestRef; target: string }
