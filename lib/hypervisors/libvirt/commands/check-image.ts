/**
 * libvirt has no call that checks an image, and what can be read of one over the wire is no check of its data. So we say
 * what to run where the image lies. QEMU's own lock keeps it from an image somebody writes to.
 */
import { type CommandOf, findDomain, type Perform, readDomain, refuse } from './context'

export const checkImage: Perform<'image.check'> = async (command, context) => {
  const domain = await findDomain(context, command.guest)
  const disk = (await readDomain(context, domain)).disks.find(({ target }) => target === command.disk.target)
  const file = disk?.source.file ?? refuse({ code: 'missing', what: 'storage', name: command.disk.target })
  return refuse({
    code: 'needs-node-command',
    node: command.guest.node,
    command: howTo(command, disk?.format ?? 'raw', file),
  })
}

/** A file name is quoted as a shell takes it literally. */
const howTo = ({ repair }: CommandOf<'image.check'>, format: string, file: string) =>
  `qemu-img check${repair ? ' -r leaks' : ''} -f ${format} '${file.replaceAll("'", `'\\''`)}'`
