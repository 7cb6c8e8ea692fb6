#!/usr/bin/env bash
# make_tree.sh SUITE TREE CACHE: makes a minimal Debian in TREE with debootstrap: minbase, git, ca-certificates, and sudo
# for the ordinary user "builder" (uid 1000). Needs root.
#
# The machine's package configuration (apt's sources and options, CA certificates, npm settings) is copied into the tree,
# and nowhere else. Downloaded packages stay in CACHE. Exits with 75 if the package source cannot be reached.
set -euo pipefail
suite=$1 tree=$2 cache=$3
readonly unreachable=75
mkdir -p "$tree" "$cache/deb-$suite/partial"

# "URI codename" of each Debian source of this machine, such as "…/debian bookworm-updates".
sources() {
  apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 'Component: main' |
    grep -E '^[^ ]+ (bookworm|trixie|forky|sid)(-updates|-security)?$' | sort -u
}
sources | grep -q . || apt-get update -qq || exit "$unreachable"
own=$(sources | sed -n 's/^[^ ]* \([a-z]*\)$/\1/p' | head -1)
mirror=$(sources | awk -v own="$own" '$2 == own { print $1; exit }')
[ -n "$mirror" ] || { echo "apt names no Debian source; write one into /etc/apt/sources.list" >&2; exit 1; }

log=$tree.debootstrap.log
if ! debootstrap --variant=minbase --include=git,ca-certificates,sudo --cache-dir="$cache/deb-$suite" \
    "$suite" "$tree" "$mirror" >"$log" 2>&1; then
  tail -5 "$log" >&2
  # Only a source that cannot be reached is an excuse; everything else is a failure to look into.
  grep -qE 'Failed getting release|Couldn.t download|Unable to (connect|fetch)' "$log" && exit "$unreachable"
  echo "debootstrap failed; its log is $log" >&2
  exit 1
fi
rm -f "$log"

# The tree is thrown away: nothing in it has to survive a power cut.
echo force-unsafe-io > "$tree/etc/dpkg/dpkg.cfg.d/unsafe-io"
sources | sed "s/ $own/ $suite/; s/^/deb /; s/\$/ main/" > "$tree/etc/apt/sources.list"
# Hooks name programs of this machine, and index targets are lists that grow by copying: neither is taken.
apt-config dump | grep -E '^Acquire::' | grep -vE '^Acquire::(IndexTargets|CompressionTypes)|:: ' \
  > "$tree/etc/apt/apt.conf.d/90machine" || true
if [ -d /etc/apt/auth.conf.d ]; then cp -a /etc/apt/auth.conf.d "$tree/etc/apt/"; fi
if [ -e /etc/apt/auth.conf ]; then cp -a /etc/apt/auth.conf "$tree/etc/apt/"; fi
cp -L /etc/resolv.conf /etc/hosts "$tree/etc/"
echo "127.0.1.1 fresh" >> "$tree/etc/hosts"
if ls /usr/local/share/ca-certificates/*.crt >/dev/null 2>&1; then
  cp /usr/local/share/ca-certificates/*.crt "$tree/usr/local/share/ca-certificates/"
  chroot "$tree" update-ca-certificates >/dev/null 2>&1
fi

chroot "$tree" useradd --create-home --shell /bin/bash --uid 1000 builder
echo 'builder ALL=(ALL) NOPASSWD: ALL' > "$tree/etc/sudoers.d/builder"
chmod 0440 "$tree/etc/sudoers.d/builder"
if command -v npm >/dev/null; then
  for key in registry proxy https-proxy noproxy cafile strict-ssl omit-lockfile-registry-resolved; do
    value=$(npm config get "$key" 2>/dev/null || true)
    case "$value" in ''|null|undefined) ;; *) echo "$key=$value" ;; esac
  done > "$tree/home/builder/.npmrc"
  # Credentials of the registry, if there are any.
  cat ~/.npmrc 2>/dev/null | grep -E '^//' >> "$tree/home/builder/.npmrc" || true
fi
chroot "$tree" chown -R builder:builder /home/builder
