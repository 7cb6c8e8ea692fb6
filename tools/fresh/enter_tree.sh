#!/usr/bin/env bash
# enter_tree.sh TREE CACHE COMMAND...: runs COMMAND in TREE, in namespaces of its own (mounts, pids, host name, IPC), with
# TREE as the root of its file system. Needs root. Everything that was mounted or started ends with the command.
#
# pivot_root rather than chroot: inside a plain chroot the kernel refuses the user namespaces that Chromium's sandbox and
# bubblewrap are made of. The network is the machine's.
set -euo pipefail
tree=$1 cache=$2; shift 2
exec unshare --mount --pid --fork --kill-child --uts --ipc --propagation private bash -euo pipefail -c '
tree=$1 cache=$2; shift 2
hostname fresh
mount --bind "$tree" "$tree"
# Compilers and npm find what earlier trees compiled and downloaded.
for pair in ccache:home/builder/.cache/ccache npm:home/builder/.npm; do
  mkdir -p "$cache/${pair%%:*}" "$tree/${pair#*:}"
  mount --bind "$cache/${pair%%:*}" "$tree/${pair#*:}"
done
chown 1000:1000 "$cache/ccache" "$cache/npm" "$tree/home/builder/.cache"
cd "$tree"
mkdir -p proc sys dev old
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys || mount --rbind /sys sys
mount -t tmpfs -o mode=755 tmpfs dev
for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
mkdir -p dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -sf pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr
pivot_root . old
cd /
umount -l /old
exec "$@"
' bash "$tree" "$cache" "$@"
