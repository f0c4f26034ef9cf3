import { AWAIT_END } from './namespace'

/**
 * QEMU as root: images lie in a directory only root may enter, and no other user needs to be on the machine.
 * `stdio_handler = file` spares virtlogd; no cgroups, no mount namespaces per guest: each guest starts in 0.4 s.
 */
export const QEMU_CONF = `
security_driver = "none"
user = "root"
group = "root"
dynamic_ownership = 0
stdio_handler = "file"
namespaces = []
cgroup_controllers = []
swtpm_user = "root"
swtpm_group = "root"
`

/** libvirtd.conf. `hostUuid` makes every laboratory a host of its own to whoever compares hosts. */
export const libvirtdConf = (settings: { hostUuid: string; lines: string[] }) =>
  [
    'unix_sock_rw_perms = "0700"',
    `host_uuid = "${settings.hostUuid}"`,
    'log_outputs = "3:file:/var/log/libvirt/libvirtd.log"',
    ...settings.lines,
    '',
  ].join('\n')

/**
 * What the first process of the namespace does before anything else runs there. `/dev` is a small one of our own
 * without `kvm`: libvirt then knows at once that there is no acceleration, whatever this machine's node allows
 * (a node that exists and cannot be used makes it probe QEMU again, seconds, before every call).
 * `system` is the file system the programs come from; another one than `/` is used through an overlay in memory, so
 * that several laboratories share it and none changes it.
 */
export const keeperScript = (system: string) => `
set -e
dir=$1
fail() { echo "line $1 of keeper.sh failed: $(tail -n 1 "$dir/keeper.log")" >&3; }
trap 'fail $LINENO' ERR
bind() { mkdir -p "$root$2"; mount --bind "$1" "$root$2"; }
${system === '/' ? 'root=' : chrootScript(system)}
bind "$dir/run" /run
bind "$dir/etc" /etc/libvirt
bind "$dir/lib" /var/lib/libvirt
bind "$dir/log" /var/log/libvirt
bind "$dir/cache" /var/cache/libvirt
for place in /var/lib/swtpm-localca /var/log/swtpm; do
  if test -d "$root$place"; then bind "$dir/swtpm" "$place"; fi
done
if test -d "$dir/sasl"; then bind "$dir/sasl" /etc/sasl2; fi
mkdir -p "$root/run/sshd"
# sshd refuses an account whose password field says locked; keys are all that opens this one.
echo 'root:*:19000:0:99999:7:::' >"$dir/etc/shadow"
mount --bind "$dir/etc/shadow" "$root/etc/shadow"
mount -t tmpfs -o mode=755 tmpfs "$dir/dev"
mkdir "$dir/dev/pts" "$dir/dev/shm"
for node in null zero full random urandom tty; do : >"$dir/dev/$node"; mount --bind "/dev/$node" "$dir/dev/$node"; done
mount --rbind /dev/pts "$dir/dev/pts"
mount -t tmpfs tmpfs "$dir/dev/shm"
ln -s pts/ptmx "$dir/dev/ptmx"
ln -s /proc/self/fd "$dir/dev/fd"
ln -s /proc/self/fd/0 "$dir/dev/stdin"
ln -s /proc/self/fd/1 "$dir/dev/stdout"
ln -s /proc/self/fd/2 "$dir/dev/stderr"
mount --move "$dir/dev" "$root/dev"
await='${AWAIT_END}'
if test -n "$root"; then exec chroot "$root" bash -c "$await"; fi
eval "$await"
`

const chrootScript = (system: string) => `root=$dir/root
mkdir "$dir/over" "$root"
mount -t tmpfs tmpfs "$dir/over"
mkdir "$dir/over/upper" "$dir/over/work"
mount -t overlay overlay -o "lowerdir=${system},upperdir=$dir/over/upper,workdir=$dir/over/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
bind "$dir" "$dir"`
