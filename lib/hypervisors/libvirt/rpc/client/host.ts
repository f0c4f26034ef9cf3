import type { CallOptions } from '../channel'
import { connectProcedures } from '../procedures/connect'
import { bytesOf, type Caller } from './caller'

/** libvirt writes versions as major × 1,000,000 + minor × 1,000 + release. */
export interface Version {
  readonly major: number
  readonly minor: number
  readonly release: number
  /** `9.0.0` */
  readonly text: string
}

export interface HostFacts {
  /** `QEMU`, `TEST`, … */
  readonly driver: string
  readonly libvirtVersion: Version
  readonly hypervisorVersion: Version
  readonly hostname: string
  readonly cpus: number
  /** Bytes; null when not known. */
  readonly memory: number | null
}

/** What the host as a whole says about itself. */
export class HostCalls {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  async readFacts(options?: CallOptions): Promise<HostFacts> {
    const [driver, libvirtVersion, hypervisorVersion, hostname, node] = await Promise.all([
      this.#caller.call(connectProcedures.getType, undefined, options),
      this.readLibvirtVersion(options),
      this.#caller.call(connectProcedures.getVersion, undefined, options),
      this.#caller.call(connectProcedures.getHostname, undefined, options),
      this.#caller.call(connectProcedures.getNodeInfo, undefined, options),
    ])
    return {
      driver,
      libvirtVersion,
      hypervisorVersion: versionOf(hypervisorVersion),
      hostname,
      cpus: node.cpus,
      memory: bytesOf(node.memoryKib * 1024n),
    }
  }

  async readLibvirtVersion(options?: CallOptions): Promise<Version> {
    return versionOf(await this.#caller.call(connectProcedures.getLibVersion, undefined, options))
  }

  /** XML: host processor, security models, and what guests it can run. */
  readCapabilitiesXml(options?: CallOptions): Promise<string> {
    return this.#caller.call(connectProcedures.getCapabilities, undefined, options)
  }

  /** XML of the host's SMBIOS tables; its system UUID tells two names of one host apart from two hosts. */
  readSysinfoXml(options?: CallOptions): Promise<string> {
    return this.#caller.call(connectProcedures.getSysinfo, 0, options)
  }

  /** Whether the daemon regards the connection as protected on the way. */
  isSecure(options?: CallOptions): Promise<boolean> {
    return this.#caller.call(connectProcedures.isSecure, undefined, options)
  }
}

export function versionOf(value: bigint): Version {
  const number = Number(value)
  const major = Math.floor(number / 1_000_000)
  const minor = Math.floor(number / 1_000) % 1_000
  const release = number % 1_000
  return { major, minor, release, text: `${major}.${minor}.${release}` }
}
