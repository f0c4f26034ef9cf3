/**
 * Credentials as opened for an adapter. They exist only between the registry and the adapter:
 * never in a row, a log, a response or an error.
 */

export type LibvirtCredentials = {
  /** ssh: OpenSSH private key (PEM text) and known_hosts lines */
  sshPrivateKey?: string
  sshKnownHosts?: string
  /** tls: PEM text */
  tlsCa?: string
  tlsCertificate?: string
  tlsKey?: string
  /** SHA-256 of the server's leaf certificate, hex; an alternative to a CA */
  tlsFingerprint?: string
  /** sasl */
  username?: string
  password?: string
}

export type ProxmoxCredentials =
  | { method: 'token'; tokenId: string; tokenSecret: string }
  | {
      method: 'password'
      username: string
      realm: string
      password: string
      /** key of the account's second factor: as its app shows it, or an `otpauth://` address */
      totpKey?: string
    }

/**
 * Everything that decides where a Proxmox VE secret may go, sealed together with it: whoever can write to the database
 * alone can send it nowhere else. What a connection shows of its address is a copy.
 */
export type ProxmoxAccess = {
  /** `https://host:port`, the preferred one first */
  urls: string[]
  /** PEM of pinned authorities; null = none */
  ca: string | null
  /** pinned leaves: SHA-256, 64 lower-case hexadecimal digits */
  fingerprints: string[]
  login: ProxmoxCredentials
}

export type VsphereCredentials = { username: string; password: string }
