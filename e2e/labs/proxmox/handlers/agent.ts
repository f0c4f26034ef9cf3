import { Refusal } from '../answer'
import type { Guest } from '../state'
import { guestOf, type Handler, type HandlerContext } from './context'

/** The guest agent's commands a snapshot manager asks for. */

function answering(context: HandlerContext): Guest {
  const guest = guestOf(context, 'qemu')
  if (guest.runningSinceMs === undefined) throw new Refusal(500, `VM ${guest.vmid} is not running\n`)
  if (guest.config.agent !== '1') throw new Refusal(500, 'No QEMU guest agent configured\n')
  if (!guest.agentRuns) throw new Refusal(500, 'QEMU guest agent is not running\n')
  return guest
}

const result = (value: unknown): ReturnType<Handler> => ({ data: { result: value } })

/** Version 7.2's commands (recorded, 953), without `guest-`. */
const ANSWERED = (
  'get-cpustats get-diskstats ssh-remove-authorized-keys ssh-add-authorized-keys ' +
  'ssh-get-authorized-keys get-osinfo get-timezone get-users get-host-name exec exec-status ' +
  'get-memory-block-info set-memory-blocks get-memory-blocks set-user-password get-fsinfo get-disks ' +
  'set-vcpus get-vcpus network-get-interfaces fstrim fsfreeze-thaw fsfreeze-freeze-list fsfreeze-freeze ' +
  'fsfreeze-status file-flush file-seek file-write file-read file-close file-open info set-time ' +
  'get-time ping sync sync-delimited'
).split(' ')
const TURNED_OFF = ['get-devices']
const SILENT = ['suspend-hybrid', 'suspend-ram', 'suspend-disk', 'shutdown']

const base = '/nodes/{node}/qemu/{vmid}/agent'

export const agentHandlers: Readonly<Record<string, Handler>> = {
  [`POST ${base}/ping`]: (context) => {
    answering(context)
    return result({})
  },
  [`POST ${base}/fsfreeze-status`]: (context) => result(answering(context).agentFrozen ? 'frozen' : 'thawed'),
  [`POST ${base}/fsfreeze-freeze`]: (context) => {
    answering(context).agentFrozen = true
    return result(0)
  },
  [`POST ${base}/fsfreeze-thaw`]: (context) => {
    answering(context).agentFrozen = false
    return result(0)
  },
  [`GET ${base}/get-osinfo`]: (context) => {
    answering(context)
    return result({
      'kernel-release': '6.1.0-56-cloud-amd64',
      'kernel-version': '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)',
      machine: 'x86_64',
    })
  },
  [`GET ${base}/get-fsinfo`]: (context) => {
    answering(context)
    return result([])
  },
  [`GET ${base}/info`]: (context) => {
    answering(context)
    return result({
      version: '7.2.22',
      supported_commands: [...new Set([...ANSWERED, ...TURNED_OFF, ...SILENT])].map((name) => ({
        name: `guest-${name}`,
        enabled: !TURNED_OFF.includes(name),
        'success-response': !SILENT.includes(name),
      })),
    })
  },
}
