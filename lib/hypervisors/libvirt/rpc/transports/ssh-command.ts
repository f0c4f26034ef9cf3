import { noSocketExitCode } from './ssh-errors'

/**
 * What runs on the far side: `virt-ssh-helper`, which knows where the daemon of a URI listens (libvirt ≥ 6.8), or else
 * netcat on the socket. `driverUri` and the path hold no character that means anything to a shell: `parseLibvirtUri`
 * and {@link checkSocketPath} see to that.
 *
 * `sh -c '…'` because the login shell there may be any. Where `nc` knows `-q` it is told to end with its input, as
 * libvirt does (virNetClientSSHHelperCommand): otherwise it would stay behind when we vanish.
 */
export function sshRemoteCommand(driverUri: string, readOnly: boolean, socketPath: string | null): string {
  const helper =
    socketPath === null
      ? [
          'if command -v virt-ssh-helper >/dev/null 2>&1; then',
          `exec virt-ssh-helper ${readOnly ? '-r ' : ''}${driverUri};`,
          'fi;',
        ]
      : []
  const paths = socketPath === null ? usualSockets(driverUri, readOnly) : [checkSocketPath(socketPath)]
  const netcat = [
    'q=; if nc -q 2>&1 | grep "requires an argument" >/dev/null 2>&1; then q=-q0; fi;',
    `for s in ${paths.join(' ')}; do if test -S "$s"; then exec nc $q -U "$s"; fi; done;`,
    `echo "no libvirt socket" >&2; exit ${noSocketExitCode}`,
  ]
  return `sh -c '${[...helper, ...netcat].join(' ')}'`
}

function usualSockets(driverUri: string, readOnly: boolean): readonly string[] {
  const session = driverUri.endsWith('/session')
  const directory = session ? '"$XDG_RUNTIME_DIR"/libvirt' : '/run/libvirt'
  const suffix = readOnly && !session ? '-ro' : ''
  return ['libvirt-sock', 'virtqemud-sock'].map((name) => `${directory}/${name}${suffix}`)
}

/** Throws a RangeError for a path that would have to be quoted; it comes from code, so that is a bug there. */
function checkSocketPath(path: string): string {
  if (!/^\/[A-Za-z0-9/._-]+$/.test(path)) throw new RangeError(`${path} cannot be used as a remote socket`)
  return path
}
