/** The rules of each platform. */
import type { HypervisorKind } from '@/lib/domain/connection'
import { libvirtRules } from './libvirt'
import { proxmoxRules } from './proxmox'
import type { PlatformRules } from './rules'
import { vsphereRules } from './vsphere'

const RULES: Record<HypervisorKind, PlatformRules> = {
  libvirt: libvirtRules,
  proxmox: proxmoxRules,
  vsphere: vsphereRules,
}

export const rulesOf = (kind: HypervisorKind): PlatformRules => RULES[kind]
