/** Every "no": what is so (title) and what to do next (action). Keys follow lib/domain/reason.ts. */
export const reasons = {
  unreachable: {
    refused: {
      title: '{address} refused the connection',
      action: 'Check that the hypervisor service runs there and listens on this port.',
    },
    'unknown-host': {
      title: '{address} is not a name that resolves',
      action: 'Check the spelling, or use the IP address.',
    },
    timeout: {
      title: '{address} did not answer in time',
      action: 'Check the network and firewall between Snapwarden and the host.',
    },
    closed: {
      title: '{address} closed the connection',
      action: 'Look into the log of the hypervisor service on that host.',
    },
    'no-socket': {
      title: 'There is no socket at {address}',
      action: 'Start the hypervisor service, or correct the path.',
    },
    network: {
      title: '{address} cannot be reached over the network',
      action: 'Check routes and firewall between Snapwarden and the host.',
    },
  },
  hung: {
    title: 'The hypervisor has been silent for {age}',
    action: 'It accepted the connection but answers nothing. Restart its service if it stays so.',
  },
  'certificate-unknown': {
    title: 'This server signs its own certificate. Is it really yours?',
    action: 'Compare the fingerprint with the one on the host, then pin it.',
  },
  'certificate-changed': {
    title: 'The server shows another certificate than the pinned one',
    action: 'If you renewed it, compare the new fingerprint and pin it. If not, someone may be in between.',
  },
  'certificate-invalid': {
    expired: { title: 'The server’s certificate has expired', action: 'Renew it on the host, then test again.' },
    'not-yet-valid': {
      title: 'The server’s certificate is not valid yet',
      action: 'Check the clocks of both machines.',
    },
    'wrong-name': {
      title: 'The certificate is for another name than this address',
      action: 'Use the name in the certificate, or renew it with this one.',
    },
    untrusted: {
      title: 'The certificate is not signed by an authority you gave',
      action: 'Add the CA certificate that signed it.',
    },
  },
  'certificate-refused': {
    title: 'The server refused our client certificate',
    action: 'Check that it is signed by the CA the server trusts and is not expired.',
  },
  'host-key-unknown': {
    title: 'The host key of this server is not known. Is it really yours?',
    action: 'Compare the fingerprint with the one on the host, then accept it.',
  },
  'host-key-changed': {
    title: 'The server shows another host key than the known one',
    action: 'If the host was reinstalled, compare and accept the new key. If not, someone may be in between.',
  },
  'credentials-refused': {
    'ssh-key': {
      title: 'The host refused this SSH key',
      action: 'Add the public key to that user’s authorized_keys on the host.',
    },
    password: {
      title: 'User name or password was refused',
      action: 'Enter them again, or check the account on the host.',
    },
    certificate: { title: 'The host refused this client certificate', action: 'Check the names the host allows.' },
    sasl: { title: 'User name or password was refused', action: 'Check the SASL user on the host.' },
    polkit: {
      title: 'The host’s policy does not allow this user',
      action: 'Add the user Snapwarden runs as to the group libvirt, or write a polkit rule.',
    },
    token: { title: 'The API token was refused', action: 'Check token id and secret, and that it has not expired.' },
    totp: {
      title: 'The code of the second factor was refused',
      action: 'Check the key of the account’s second factor and the clocks of both machines.',
    },
  },
  'second-factor-needed': {
    totp: {
      title: 'This account asks for a second factor',
      action: 'Enter the key of its authenticator app, or use an API token, which needs none.',
    },
    other: {
      title: 'This account’s second factor needs a person',
      action: 'Use an API token: it needs no second factor.',
    },
  },
  'credentials-missing': { title: '{field} is missing', action: 'Enter it, then test again.' },
  'key-unusable': {
    privateKey: {
      title: 'The SSH key cannot be used',
      action: 'Paste a private key in OpenSSH or PEM form, without a passphrase.',
    },
    clientKey: {
      title: 'The client key cannot be used',
      action: 'Paste the private key in PEM form, without a passphrase, that belongs to the client certificate.',
    },
    clientCertificate: { title: 'The client certificate cannot be used', action: 'Paste the certificate in PEM form.' },
    ca: { title: 'The CA certificate cannot be used', action: 'Paste the certificate in PEM form.' },
    knownHosts: { title: 'The known-hosts entry cannot be used', action: 'Paste one line as ssh-keyscan prints it.' },
  },
  'authentication-unsupported': {
    title: 'The server offers no sign-in method Snapwarden knows ({offered})',
    action: 'Allow one of none, polkit, SASL SCRAM or SASL PLAIN.',
  },
  cleartext: {
    title: 'Traffic to {address} would not be encrypted',
    action: 'Use SSH or TLS. An administrator can accept clear text by name; it is audited.',
  },
  'address-invalid': {
    syntax: { title: 'This is not an address: {part}', action: 'Write it like qemu+ssh://user@host/system.' },
    scheme: {
      title: '{part} is not a way to connect that Snapwarden knows',
      action: 'Use qemu:///system, qemu+ssh, qemu+tls or qemu+tcp.',
    },
    parameter: {
      title: 'The parameter {part} is not allowed',
      action:
        'Leave it out. Keys, certificates and fingerprints have fields of their own; checks cannot be switched off; no program or file can be named.',
    },
    dash: { title: 'A host or user cannot begin with a dash: {part}', action: 'Correct the address.' },
    host: {
      title: 'The address names no host',
      action: 'Add the host after //, for example qemu+ssh://user@host/system.',
    },
    socket: {
      title: 'This is not the place of a socket: {part}',
      action: 'Write the whole path, like /run/libvirt/libvirt-sock.',
    },
    'local-socket': {
      title: 'A socket of this server is named on the server only: {part}',
      action: 'Run bin/snapwarden connection add there.',
    },
    path: { title: 'The path {part} is not one Snapwarden can open', action: 'Use /system or /session.' },
    url: {
      title: 'This is not the address of a Proxmox VE server: {part}',
      action: 'Write it like https://pve1.example:8006.',
    },
  },
  'too-old': { title: '{product} {has} is too old', action: 'Snapwarden needs {needs} or newer.' },
  protocol: {
    title: 'The server does not speak as expected: {problem}',
    action: 'Check that this address is the hypervisor’s and not another service.',
  },
  'unlock-failed': {
    title: 'The stored credentials cannot be opened',
    action: 'The instance key is another one than when they were saved. Restore it, or enter the credentials again.',
  },
  'not-owner': { title: 'Another worker looks after this connection now', action: 'Nothing to do; it carries on.' },
  'not-permitted': {
    title: 'Our access does not include {privilege}',
    'on-path': 'Our access does not include {privilege} on {path}',
    action: 'Grant it on the hypervisor, then test the connection.',
  },
  'node-unreachable': {
    title: 'The node {node} does not answer',
    action: 'What is on it keeps its last known state until the node is back. The other nodes are read.',
  },
  'storage-inactive': {
    title: 'The storage {storage} is not active',
    action: 'Mount or enable it on the node. Until then its content is unknown.',
  },
  'no-quorum': {
    title: 'The cluster has no quorum',
    action: 'It can be read but not changed. Bring the missing nodes back.',
  },
  malformed: {
    guest: {
      title: 'What the hypervisor says about guest {name} cannot be read',
      action: 'The rest was read. {problem}',
    },
    snapshot: {
      title: 'What the hypervisor says about snapshot {name} cannot be read',
      action: 'The rest was read. {problem}',
    },
    storage: {
      title: 'What the hypervisor says about storage {name} cannot be read',
      action: 'The rest was read. {problem}',
    },
    volume: {
      title: 'What the hypervisor says about file {name} cannot be read',
      action: 'The rest was read. {problem}',
    },
    answer: { title: 'An answer of the hypervisor cannot be read', action: '{problem}' },
  },
  'too-large': {
    'snapshots-per-guest': {
      title: '{has} snapshots of one guest, {max} are read at most',
      action: 'The last known ones stay. Delete some on the hypervisor.',
    },
    guests: { title: '{has} guests, {max} are read at most', action: 'Split the host into several connections.' },
    volumes: { title: '{has} files in one storage, {max} are read at most', action: 'The last known ones stay.' },
    'xml-bytes': {
      title: 'A description of {has} bytes, {max} are read at most',
      action: 'The last known values stay.',
    },
    'message-bytes': {
      title: 'An answer of {has} bytes, {max} are read at most',
      action: 'The last known values stay.',
    },
    'name-length': { title: 'A name of {has} characters, {max} are possible', action: 'Choose a shorter name.' },
    'chain-depth': {
      title: 'The chain is {has} deep, at most {max} are allowed',
      action: 'Merge it before anything is put on top.',
    },
  },
  interrupted: {
    title: 'It was interrupted',
    action: 'A reading is made again by itself. Of an operation, look at what came of it.',
  },
  'not-told': { title: 'Not told by {by}', action: 'Snapwarden does not guess.' },
  'rights-shrunk': {
    title: 'Our access sees less than before',
    action:
      'Nothing was removed here. Check the permissions on the hypervisor; if this was meant, enter the access of this connection again.',
  },
  unsupported: {
    title: 'Not possible here: {feature}',
    because: {
      'raw-disk': 'Disk {disk} is raw. It cannot hold a snapshot inside; an external one can work.',
      'disk-format': 'Disk {disk} has the format {format}, which cannot hold one.',
      'no-disk': 'The guest has no disk that could be kept.',
      'read-only-disk': 'Disk {disk} is read-only.',
      'uefi-raw-nvram': 'Its UEFI variables lie in a raw file, which an internal snapshot cannot keep.',
      'needs-version': 'It needs version {needs}; the host has {has}.',
      driver: 'The driver {driver} does not offer it.',
      'guest-off': 'The guest is off. Start it first.',
      'guest-running': 'The guest runs. Shut it down first.',
      'no-agent': 'The guest agent does not answer. Install or start qemu-guest-agent in the guest.',
      passthrough: 'It uses the host device {device}, whose state cannot be kept.',
      'shared-disk': 'Disk {disk} is shared with other guests.',
      'managed-save': 'Its memory is saved on the host. Start the guest first.',
      'mixed-chain': 'Internal and external snapshots are mixed in its chain.',
      'chain-changed':
        'The disk {disk} no longer reads through what the snapshot froze; other hands merged or rebased it.',
      'mirror-forgotten':
        'libvirt was killed just after the merge of {disk} began and has lost track of it; giving it up now would end libvirt once more. Finish it instead.',
      'with-memory': 'File systems are frozen only for a snapshot without memory.',
      'storage-type': 'Storage of the type {type} does not offer it.',
      'not-a-virtual-machine': 'It is not a virtual machine.',
      template: 'It is a template: others are made from it, and it never changes.',
      'raw-tpm': 'The TPM state {disk} is raw. Move it to a storage that can snapshot it (thin, ZFS, RBD).',
      'bind-mount': '{disk} is a directory or device of the node. It cannot be snapshotted.',
      demo: 'This is demo data.',
    },
  },
  'guest-locked': {
    backup: { title: 'A backup holds the guest', action: 'Wait until the backup is over.' },
    snapshot: { title: 'Another snapshot action holds the guest', action: 'Wait until it is over.' },
    migrate: { title: 'The guest is being migrated', action: 'Wait until it is over.' },
    other: { title: 'The guest is locked: {text}', action: 'Look into the tasks of the hypervisor.' },
  },
  'guest-busy': { title: 'The guest is busy: {task}', action: 'Wait until it is over.' },
  'needs-node-command': {
    title: 'Our access cannot do this; it has to be done on {node}',
    action: 'Run “{command}” on {node}, then look again.',
  },
  'blocked-by-newer-snapshots': {
    title: 'Newer snapshots stand in the way: {blockers}',
    action: 'This storage only rolls back to the newest one. Delete the newer ones first.',
  },
  'storage-short': { title: '{storage} has {has} free, {needs} is needed', action: 'Free space first.' },
  missing: {
    connection: {
      title: 'The connection {name} does not exist',
      action: 'It may have been removed. Go to Connections.',
    },
    guest: {
      title: 'The guest {name} does not exist',
      action: 'It may have been removed on the hypervisor. Go to Guests.',
    },
    snapshot: { title: 'The snapshot {name} does not exist', action: 'It may have been deleted in the meantime.' },
    storage: {
      title: 'The storage {name} does not exist',
      action: 'It may have been removed on the hypervisor. Go to Storage.',
    },
    plan: { title: 'The plan {name} does not exist', action: 'Unconfirmed plans are kept for some days. Plan again.' },
    operation: { title: 'The operation {name} does not exist', action: 'Go to Operations.' },
    user: { title: 'The user {name} does not exist', action: 'Go to Settings.' },
    token: { title: 'The token {name} does not exist', action: 'Go to Settings.' },
    alert: { title: 'The alert {name} does not exist', action: 'It may have ended. Go to Alerts.' },
    rule: {
      title: 'The rule {name} does not exist',
      action: 'Go to Alert rules. Shipped rules can be switched off, not removed.',
    },
    silence: { title: 'The silence {name} does not exist', action: 'It may be over. Go to Alerts.' },
    channel: { title: 'The channel {name} does not exist', action: 'Go to Notifications.' },
    'clean-up': { title: 'This automatic clean-up is not allowed any more', action: 'Go to Alert rules.' },
    page: { title: 'There is no page at this address', action: 'Check the address, or search.' },
  },
  changed: {
    title: 'It has changed since {since}: {fields}',
    action: 'Look at it again before you go on.',
    fields: {
      'guest-is': 'the guest itself',
      'guest-exists': 'the list of guests',
      'snapshot-exists': 'its snapshots',
      'snapshot-complete': 'its snapshots',
      'snapshot-absent': 'its snapshots',
      'snapshot-parent': 'the order of its snapshots',
      'current-parent': 'the snapshot it stands on',
      'newest-is': 'its newest snapshot',
      power: 'its power state',
      unlocked: 'its lock',
      'no-saved-memory': 'its saved memory',
      'active-image': 'the image it writes to',
      'active-image-is-not': 'the image it writes to',
      'chain-lacks': 'the chain of a disk',
      'chain-is': 'the chain of a disk',
      tags: 'its tags',
      'no-unmanaged': 'data without an entry',
      path: 'where the file lies',
      plan: 'the plan',
    },
  },
  stale: { title: 'Last read {age} ago', action: 'Actions are off until the hypervisor answers. Test the connection.' },
  'observe-only': {
    title: 'This connection only observes',
    action: 'An administrator can set it to Operate under Connections.',
  },
  'already-exists': {
    connection: { title: 'A connection named {name} exists', action: 'Choose another name.' },
    user: { title: 'A user {name} exists', action: 'Use another e-mail address.' },
    snapshot: { title: 'A snapshot named {name} exists', action: 'Choose another name.' },
    channel: { title: 'A channel named {name} exists', action: 'Choose another name.' },
    token: { title: 'A token named {name} exists', action: 'Choose another name.' },
  },
  'last-administrator': { title: 'This is the last administrator', action: 'Make someone else administrator first.' },
  'secret-needed': {
    title: 'Changing the address, user or pin needs the secret again',
    action: 'Enter the password, key or token of this connection.',
  },
  'setup-code-wrong': {
    title: 'This is not the set-up code',
    action:
      'It is printed in the terminal and lies in the file setup-code of the data directory. {tries, plural, =0 {No try is left this hour.} one {# try is left.} other {# tries are left.}}',
  },
  'setup-done': { title: 'The administrator exists already', action: 'Sign in.' },
  'weak-password': {
    title: 'The password is too easy to guess',
    action: 'Use at least {minLength} characters that are not a common password.',
  },
  'not-shut-down': {
    title: 'The guest did not shut down within {waited}',
    action: 'It was only asked, and may still follow. Shut it down from inside, or plan without a clean shutdown.',
  },
  'not-collected-in-time': {
    title: 'The collection did not end within {waited}',
    action: 'It goes on. The page updates by itself when it is done.',
  },
  'worker-late': {
    title: 'The collector has not reported for {age}',
    action: 'Check that Snapwarden’s worker runs. Values are not refreshed until it does.',
  },
  'worker-never': { title: 'The collector has not reported yet', action: 'Check that Snapwarden’s worker runs.' },
  expired: { title: 'This plan was valid until {since}', action: 'Make the plan again; it takes a moment.' },
  'already-confirmed': { title: 'This plan was confirmed already', action: 'Follow its operation.' },
  'consent-missing': { title: 'Consent is missing', action: 'Type “{text}” to go on.' },
  'check-blocked': {
    title: 'Not possible while a check stands against it: {checks}',
    action: 'See what each check says to do.',
  },
  held: {
    title: '{snapshot} is held by {by}',
    action: 'Release the hold first.',
    noted: 'Their note: {note}. Release the hold first.',
  },
  'operation-running': {
    title: 'Another operation works on this guest',
    action: 'Follow it, and make the plan again when it has ended.',
  },
  'shared-base': {
    title: '{file} is read by others: {readers}',
    action: 'Nothing may be written into it. Merge by pull into the guest’s own image instead.',
  },
  'base-unknown': {
    title: 'Not everything that may read through {file} could be read: {unread}',
    action: 'Let it be read, or merge by pull into the guest’s own image instead.',
  },
  'incomplete-target': {
    title: '{snapshot} is not complete ({state})',
    action: 'It cannot be rolled back to. Finish or repair it first.',
    incomplete: {
      title: '{snapshot} was never finished',
      action: 'Half-made or half-deleted, it is no way back. The doctor can finish or remove it.',
    },
    unmanaged: {
      title: '{snapshot} is data without an entry',
      action: 'The hypervisor does not list it. List it again, or remove its data.',
    },
  },
  'children-in-the-way': {
    title: '{snapshot} has snapshots on it: {children}',
    action: 'Delete those first, or together with it.',
  },
  'current-unknown': {
    title: 'On which snapshot {guest} stands now is not told',
    action: 'Take a snapshot first: from then on the hypervisor tells it.',
  },
  'another-guest': {
    title: 'Another guest has taken the place of {name}',
    action: 'Look at the guest as it is now, and make the plan again.',
  },
  'space-unknown': {
    title: 'How much {storage} can take is not known',
    action: 'Let its capacity be read, or free space first.',
  },
  'memory-storage-unknown': {
    title: 'On which storage the memory would be saved is not known',
    action: 'Let the guest’s configuration and the storages of its disks be read, or name one in its vmstatestorage.',
  },
  'name-invalid': {
    'first-letter': { title: '{name} does not begin with a letter', action: 'Begin with a letter from A to Z.' },
    characters: {
      title: '{name} has characters this platform refuses',
      action: 'Use letters from A to Z, digits, - and _.',
    },
    length: { title: '{name} is too long', action: 'Use at most {max} characters.' },
    reserved: { title: '{name} is a name the platform keeps for itself', action: 'Choose another name.' },
    empty: { title: 'The snapshot has no name', action: 'Enter a name.' },
  },
  'identity-risk': {
    title: 'This guest is one of several that know one another: {role}',
    action: 'Going back makes it disagree with the others. Follow the procedure of that role.',
  },
  'task-failed': { title: 'The hypervisor’s task failed', action: 'It said: {text}' },
  unsure: {
    title: 'Whether the hypervisor did this is not known: {asked}',
    action: 'It is not asked again. Look at the guest, then decide.',
  },
  'not-as-predicted': {
    title: 'The guest is not as predicted: {differences}',
    action: 'Compare predicted and actual before you go on.',
    'snapshot-missing': 'snapshot {snapshot} is missing',
    'snapshot-unexpected': 'snapshot {snapshot} was not expected',
    current: 'it stands on {found}, not on {expected}',
    'no-current': 'it stands on no snapshot, not on {expected}',
    power: 'its power is “{found}”, not “{expected}”',
    configuration: '{key} is {found}, not {expected}',
    step: 'what the step {step} brings is not there',
  },
  'probe-failed': {
    title: {
      refused: '{target} refused the connection for {time}',
      timeout: '{target} did not answer within {time}',
      'unknown-host': '{target}: the name does not resolve',
      network: '{target} could not be reached over the network for {time}',
      certificate: '{target} shows a certificate that cannot be trusted',
      answer: '{target} answered, but not in HTTP',
      status: '{target} answered {status} instead of what is expected',
    },
    action: 'The guest itself is as planned. Look at the service in it, then look again.',
  },
  'probe-forbidden': {
    title: '{target} leads to {address}, this machine or a metadata service',
    action: 'It was not asked. Enter the address of the guest itself.',
  },
  'probe-skipped': {
    title: {
      'guest-off': '{target} was not asked: the guest is not running',
      stopped: '{target} was not asked to the end: somebody stopped waiting',
    },
    action: 'Look again once the guest runs.',
  },
  cancelled: { title: 'Cancelled by {by}', action: 'What was done before stays done. Make a new plan for the rest.' },
  'nothing-to-do': {
    title: 'There is nothing to do',
    action: 'It is already as asked.',
    merge: {
      title: 'Every layer of the chain belongs to a snapshot',
      action: 'Delete the snapshots nobody needs: their layers are merged with it.',
    },
  },
  'address-forbidden': {
    title: '{address} belongs to this machine or to a metadata service',
    action: 'Use another address. An administrator can allow it for this channel; it is audited.',
  },
  redirected: {
    title: 'The receiver sends us on to {to}',
    action: 'Enter the final address; redirects are not followed.',
  },
  'receiver-busy': {
    title: 'The receiver answered {status}',
    action: 'Notices are tried again after {wait}.',
    said: 'It said: {text}. Notices are tried again after {wait}.',
  },
  'receiver-refused': { title: 'The receiver refused the message ({status})', action: 'It said: {text}' },
  unauthenticated: { title: 'You are not signed in', action: 'Sign in, then try again.' },
  'sign-in-refused': {
    title: 'E-mail or password is not right',
    action: 'Enter both again. An administrator can set a new password.',
  },
  forbidden: {
    title: 'Your role does not include this',
    action: 'Needs the role {role}. An administrator can grant it.',
  },
  'asker-may-not': {
    role: {
      title: '{by} may not do this any more, so the next step was not asked',
      action: 'Somebody with the role {role} can plan the rest.',
    },
    gone: {
      title: 'The access of {by} is gone, so the next step was not asked',
      action: 'Somebody else can plan the rest.',
    },
  },
  invalid: {
    title: '{count, plural, one {One entry is not right} other {# entries are not right}}',
    action: 'Correct: {fields}.',
  },
  'rate-limited': { title: 'Too many tries', action: 'Wait {wait}, then try again.' },
  'wrong-origin': { title: 'This request came from another address', action: 'Open Snapwarden at {expected}.' },
  'database-away': {
    full: {
      title: 'The disk under Snapwarden’s database is full',
      action:
        'Nothing was stored, and nothing stored is lost. Free space on the volume of the data directory, then try again.',
    },
    down: {
      title: 'Snapwarden’s database does not answer',
      action: 'Your hypervisors are not affected. Try again in a moment; if it stays so, look into postgres.log.',
    },
  },
  failed: {
    title: 'Snapwarden could not finish this',
    action: 'Your hypervisors are not affected. Try again. Reference {reference}.',
  },
  rejected: { title: 'The hypervisor said no', action: 'It said: {text}' },
} as const
