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

export type VsphereCredentials = { username: string; password: string }
