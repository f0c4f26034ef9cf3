import { TransportError } from './errors'

/** What an aborted `signal` means for the caller: its reason where that is one of ours, else kind `aborted`. */
export function abortError(signal: AbortSignal): TransportError {
  if (signal.reason instanceof TransportError) return signal.reason
  return new TransportError('aborted', 'given up by the caller', { cause: signal.reason })
}

/** Waits for something others wait for too: an abort ends this wait only. Rejects with {@link abortError}. */
export function waitUnlessAborted<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return shared
  if (signal.aborted) return Promise.reject(abortError(signal))
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/**
 * Runs `action` with a signal that aborts when the caller gives up or the time is over. A second signal inside does not
 * outlive it: timer and listener are gone when this settles.
 */
export async function withDeadline<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(abortError(signal as AbortSignal))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => {
    controller.abort(new TransportError('timeout', `no connection within ${milliseconds} ms`))
  }, milliseconds)
  try {
    return await action(controller.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
