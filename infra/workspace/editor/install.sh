#!/usr/bin/env bash
# Installs the editor (code-server and the Node that it wants) from npm alone,
# everything pinned: by package-lock.json here, and inside code-server by the
# shrinkwraps that it ships. Prints the folder that holds it as its last line
# of stdout; what it is doing goes to stderr.
#
# The folder's name carries a hash of this recipe, and it appears by one rename
# when it is complete, so a run that was cut off leaves nothing that looks done.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${HOTDESK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hotdesk}
hash=$(cd "$here" && sha256sum install.sh package-lock.json package.json | sha256sum | cut -c1-16)
target=$cache/editor-$hash

say() { printf 'editor: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

require() {
    local missing=() name
    for name in "$@"; do
        command -v "$name" >/dev/null || missing+=("$name")
    done
    # The header of libkrb5-dev, wherever the compiler finds it.
    if command -v gcc >/dev/null && ! echo '#include <gssapi/gssapi.h>' | gcc -E - >/dev/null 2>&1; then
        missing+=("the headers of Kerberos")
    fi
    ((${#missing[@]} == 0)) || die "missing: $(IFS=,; echo "${missing[*]}"); on Debian:" \
        "apt-get install nodejs npm gcc g++ make python3 libkrb5-dev"
}

# Runs a long step with one line before it and its output only if it fails.
step() {
    local what=$1 log=$work/step.log
    shift
    say "$what"
    "$@" >"$log" 2>&1 || { cat "$log" >&2; die "failed: $what"; }
}

# Scripts of packages stay off: they would fetch prebuilt binaries from
# elsewhere. Those that are needed are built below, by name. Peers are resolved
# as VS Code's own build does it, or its shrinkwrap counts as out of step.
install_locked() {
    (cd "$1" && npm ci --ignore-scripts --legacy-peer-deps --omit=dev --no-audit --no-fund \
        --loglevel=error)
}

# Compiled against the headers that come with that Node, with that Node first
# in PATH, because npm and node-gyp compile for the Node that runs them.
compile() {
    (
        cd "$vscode"
        export PATH=$node/bin:$PATH npm_config_nodedir=$node npm_config_build_from_source=true
        npm rebuild kerberos @vscode/spdlog @vscode/native-watchdog @vscode/deviceid \
            @vscode/fs-copyfile @vscode/sqlite3
    )
}

case $(uname -m) in
x86_64) arch=x64 ;;
aarch64) arch=arm64 ;;
*) die "no Node for the processor $(uname -m)" ;;
esac

if [[ -x $target/bin/code-server ]]; then
    echo "$target"
    exit 0
fi
require npm node gcc g++ make python3
mkdir -p "$cache"
exec 9>"$cache/editor.lock"
flock --nonblock 9 || { say "another installation is running; waiting for it"; flock 9; }
if [[ -x $target/bin/code-server ]]; then
    echo "$target"
    exit 0
fi

started=$SECONDS
work=$cache/editor.partial
rm -rf "$work"
mkdir -p "$work/bin"
cp "$here/package.json" "$here/package-lock.json" "$work/"
code=$work/node_modules/code-server
vscode=$code/lib/vscode
node=$work/node_modules/node-linux-$arch

step "fetching code-server and Node from npm (1/4)" install_locked "$work"
step "fetching the packages inside it (2/4)" install_locked "$vscode"
step "fetching its built-in extensions' packages (3/4)" install_locked "$vscode/extensions"
step "compiling its native modules, about a minute (4/4)" compile

# What code-server's own install script would have linked, and the name under
# which VS Code looks for packages of extensions.
ln -s node_modules "$vscode/node_modules.asar"
ln -sf code-linux.sh "$vscode/bin/remote-cli/code-server"
ln -sf browser-linux.sh "$vscode/bin/helpers/browser.sh"

cat >"$work/bin/code-server" <<WRAPPER
#!/bin/sh
# code-server with the Node that it was built for.
here=\$(dirname "\$(readlink -f "\$0")")/..
exec "\$here/node_modules/node-linux-$arch/bin/node" "\$here/node_modules/code-server" "\$@"
WRAPPER
chmod 755 "$work/bin/code-server"
step "trying it" env HOME="$work/home" XDG_CONFIG_HOME= XDG_DATA_HOME= "$work/bin/code-server" --version

rm -rf "${work:?}/step.log" "${work:?}/home"
mv -T "$work" "$target"
say "installed in $((SECONDS - started)) s, $(du -sm "$target" | cut -f1) MB"
echo "$target"
