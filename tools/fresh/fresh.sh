#!/usr/bin/env bash
# fresh.sh bookworm|trixie [COMMAND...]: does what README.md promises where nothing is installed. Makes a tree with
# debootstrap, clones the working commit into it, and runs COMMAND there as an ordinary user with sudo (root ignores process
# limits and reads files of mode 000, so that some tests would pass without testing). Without COMMAND: readme_commands.sh.
# fresh.sh bookworm|trixie --package DEB: the recipe of docs/plugins.md where only that package is.
#
# Needs root. Exits with 75 if the package source cannot be reached. The clone always has the same path, so that a shared
# ccache hits. FRESH_CACHE is where downloads and the ccache stay (default: ~/.cache/discern-fresh).
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
project=$(dirname "$(dirname "$here")")
suite=${1:-}
case "$suite" in bookworm|trixie) shift ;; *) echo "usage: ./dev fresh bookworm|trixie [command...]" >&2; exit 2 ;; esac
cache=${FRESH_CACHE:-$HOME/.cache/discern-fresh}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/discern-fresh.XXXXXX")
tree=$work/tree
home=$tree/home/builder
chmod 755 "$work"
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

say "making a $suite tree"
"$here/make_tree.sh" "$suite" "$tree" "$cache"
cp "$here/readme_commands.sh" "$here/plugin_recipe.sh" "$home/"
if [ "${1:-}" = --package ]; then
  cp "$2" "$home/"
  # The listings below the heading, without the first, which makes the package in the source tree.
  awk '/^## From zero/ { on = 1; next } on && /^(## |This is all)/ { exit }
       on && /^```sh/ { listing++; inside = 1; next } /^```/ { inside = 0 } inside && listing > 1' \
    "$project/docs/plugins.md" > "$home/recipe.sh"
  folder=/home/builder
  set -- /home/builder/plugin_recipe.sh
else
  # What is committed is what others get.
  [ -z "$(git -C "$project" status --porcelain)" ] || say "uncommitted changes are not tested"
  git clone -q --no-hardlinks "$project" "$home/discern"
  folder=/home/builder/discern
  [ $# -gt 0 ] || set -- /home/builder/readme_commands.sh
fi
chroot "$tree" chown -R builder:builder /home/builder

# apt finds what earlier trees downloaded. Links, not a shared folder: apt locks its own.
archives=$tree/var/cache/apt/archives
find "$cache/deb-$suite" -maxdepth 1 -name '*.deb' -exec ln -t "$archives" {} + 2>/dev/null ||
  find "$cache/deb-$suite" -maxdepth 1 -name '*.deb' -exec cp -n -t "$archives" {} +
keep_packages() { find "$archives" -maxdepth 1 -name '*.deb' -exec cp -n -t "$cache/deb-$suite" {} + 2>/dev/null || true; }
trap 'keep_packages; rm -rf --one-file-system "$work"' EXIT

say "in the $suite tree: $*"
# In the background, so that a signal to this script ends the tree and what runs in it.
"$here/enter_tree.sh" "$tree" "$cache" \
  setpriv --reuid 1000 --regid 1000 --init-groups --reset-env \
  env ${CI:+CI="$CI"} LANG=C.UTF-8 TERM="${TERM:-dumb}" bash -c 'cd "$1"; shift; exec "$@"' bash "$folder" "$@" &
inside=$!
trap 'kill "$inside" 2>/dev/null; wait "$inside"; exit 130' INT TERM
wait "$inside"
