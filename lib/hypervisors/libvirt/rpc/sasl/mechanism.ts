/** One SASL conversation from the client's side. */
export interface SaslConversation {
  /** Name on the wire, e.g. `SCRAM-SHA-256`. */
  readonly mechanism: string
  /** The first message, sent before the server has spoken. */
  start(): Buffer
  /** Answers a message of the server; null when there is nothing to say. Rejects with {@link SaslError}. */
  step(challenge: Buffer): Promise<Buffer | null>
  /** True once nothing more is expected and, where the mechanism can tell, the server has proved itself too. */
  readonly complete: boolean
}

/** `rejected`: the server says no. `unverified`: it could not prove that it knows the password. `malformed`: nonsense. */
export type SaslFailure = 'rejected' | 'unverified' | 'malformed'

export class SaslError extends Error {
  override readonly name = 'SaslError'
  readonly failure: SaslFailure

  constructor(failure: SaslFailure, message: string) {
    super(message)
    this.failure = failure
  }
}
