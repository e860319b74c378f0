#!/usr/bin/env bash
# Installs what is missing for the purposes named (up, test, lint, smoke, api, bench, fuzz, mutants, release,
# stack, template; none: the first five), and prints the folder of the Python tools as its last line of stdout. Before
# it, a line each: for api the folder of schemathesis, for template those of SAM and of checkov, for release and
# template that of zig, for lint that of ruff, for stack that of moto with CloudFormation, for mutants that of what
# reads Rust. What it is doing goes to stderr.
# Under a second when there is nothing to do.
#
# Debian packages by apt where we may; elsewhere it names them and stops. Everything else goes into
# a cache of the user's, in folders whose names carry a hash of what they were made from. No service
# of the machine is configured, started or used.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache=${HOTDESK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hotdesk}
cargo_deny=0.20.2
cargo_fuzz=0.13.1
cargo_mutants=27.1.0
# Debian keeps nginx where only root looks.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() { printf 'tools: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Runs a long step: one line before it, its output only if it fails.
step() {
    local what=$1 started=$SECONDS log
    shift
    log=$(mktemp)
    say "$what ..."
    "$@" >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; die "failed: $what"; }
    rm -f "$log"
    say "$what: done in $((SECONDS - started)) s"
}

wanted() { [[ " $purposes " == *" $1 "* ]]; }

# Whether a line of debian.txt is satisfied.
have() {
    case $1 in
    *.h) echo "#include <$1>" | gcc -E - >/dev/null 2>&1 ;;
    *.py) python3 -c "import ${1%.py}" 2>/dev/null ;;
    /*) [[ -e $1 ]] ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

debian() {
    local purpose thing package missing=()
    while read -r purpose thing package; do
        [[ -n $purpose && $purpose != '#'* ]] || continue
        if wanted "$purpose" && ! have "$thing"; then missing+=("$package"); fi
    done <"$here/debian.txt"
    ((${#missing[@]})) || return 0
    local apt=()
    if command -v apt-get >/dev/null; then
        if ((EUID == 0)); then
            apt=(env DEBIAN_FRONTEND=noninteractive)
        elif command -v sudo >/dev/null; then
            apt=(sudo env DEBIAN_FRONTEND=noninteractive)
        fi
    fi
    ((${#apt[@]})) || die "please install these (Debian's names): ${missing[*]}"
    say "installing Debian packages: ${missing[*]}"
    # Asked for here, so that a question for the password is seen.
    if [[ ${apt[0]} == sudo ]]; then sudo -v; fi
    step "reading the package lists" "${apt[@]}" apt-get update
    step "apt-get install" "${apt[@]}" apt-get install -y --no-install-recommends "${missing[@]}"
}

# Has an environment with what a list names, and sets venv to its folder. Not made aside and renamed,
# as a venv holds its own path; a mark says that it is complete.
python() {
    local list=$here/$1 what=$2 version
    version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    venv=$cache/venv-$({ cat "$list"; echo "$version"; } | sha256sum | cut -c1-16)
    [[ ! -e $venv/complete ]] || return 0
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "Python 3.11 or later is needed, python3 is $version"
    rm -rf "$venv"
    step "making a Python environment" python3 -m venv "$venv"
    # Without dependencies: the list is complete but for what it leaves out on purpose.
    step "installing $what" "$venv/bin/pip" install --no-deps --require-hashes \
        --only-binary :all: -r "$list"
    touch "$venv/complete"
}

# Has what a folder's package-lock.json names beside it, and nothing of it is run.
modules() {
    local folder=$root/$1 what=$2 hash
    hash=$(sha256sum <"$folder/package-lock.json")
    [[ $(cat "$folder/node_modules/.installed" 2>/dev/null) != "$hash" ]] || return 0
    step "installing $what" npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund
    echo "$hash" >"$folder/node_modules/.installed"
}

# Rust's own library for another processor.
target() {
    local libraries
    libraries=$(cd "$root" && rustc --print target-libdir --target "$1")
    [[ ! -d $libraries ]] || return 0
    command -v rustup >/dev/null || die "Rust's library for $1 is needed: its package, or https://rustup.rs"
    (cd "$root" && step "fetching Rust's library for $1" rustup target add "$1")
}

# A tool of cargo's. Not optimised: each runs for a moment, and is built in half the time.
tool() {
    local name=$1 version=$2
    [[ ! -x $cache/$name-$version/bin/$name ]] || return 0
    rm -rf "$cache/$name.partial"
    step "building $name, a minute or two, once" env CARGO_PROFILE_DEV_DEBUG=0 \
        CARGO_TARGET_DIR="$cache/$name.partial/target" cargo install --debug --locked \
        --root "$cache/$name.partial" "$name@$version"
    rm -rf "$cache/$name.partial/target"
    mv -T "$cache/$name.partial" "$cache/$name-$version"
}

purposes=${*:-up test lint smoke api}
if wanted smoke || wanted api; then purposes+=" up"; fi
if wanted template || wanted bench; then purposes+=" release"; fi
if wanted bench; then purposes+=" up"; fi
command -v cargo >/dev/null || die "Rust is needed: https://rustup.rs"
mkdir -p "$cache"
exec 9>"$cache/tools.lock"
if command -v flock >/dev/null && ! flock --nonblock 9; then
    say "another installation is running; waiting for it"
    flock 9
fi

debian
if wanted api; then
    python api.txt schemathesis
    echo "$venv"
fi
if wanted template; then
    python sam.txt "SAM and cfn-lint"
    echo "$venv"
    python checkov.txt checkov
    echo "$venv"
fi
if wanted release; then
    case ${ARCH:-arm64} in
    arm64) target aarch64-unknown-linux-gnu ;;
    x86_64) target x86_64-unknown-linux-gnu ;;
    *) die "ARCH is arm64 or x86_64, not $ARCH" ;;
    esac
    python zig.txt zig
    echo "$venv"
fi
if wanted lint; then
    python lint.txt ruff
    echo "$venv"
fi
if wanted stack; then
    python stack.txt "moto with CloudFormation, and what reads policies"
    echo "$venv"
fi
if wanted mutants; then
    python mutants.txt "what reads Rust"
    echo "$venv"
fi
python requirements.txt "moto and cargo-lambda"
if wanted up; then modules infra/local/identity "the identity provider"; fi
if wanted smoke; then modules tests/browser Playwright; fi
if wanted bench; then modules tests/bench/router "the router to compare with"; fi
if wanted lint; then tool cargo-deny "$cargo_deny"; fi
if wanted fuzz; then tool cargo-fuzz "$cargo_fuzz"; fi
if wanted mutants; then tool cargo-mutants "$cargo_mutants"; fi
echo "$venv"
