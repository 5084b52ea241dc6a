# shellcheck shell=bash
# The programs that the scripts and the tests need from the system, found or installed. Needs messages.sh.

# Program → the Debian and Ubuntu package that has it. This is the only list of packages.
declare -A package_of=(
    [cc]=build-essential # SQLite is compiled from its C source
    [sqlite3]=sqlite3       # reads what `--sql` writes, as psql and mariadb do, which come with the servers
    [postgres]=postgresql
    [mariadbd]=mariadb-server
    [python3]=python3
    [pgbouncer]=pgbouncer
    [pgpool]=pgpool2
    [faketime]=faketime
    [rsync]=rsync # with which the second server of a MariaDB cluster gets its data
)

# find_program NAME: prints its path. Servers are often installed outside of an ordinary user's PATH.
find_program() {
    local path
    if path=$(type -P "$1"); then
        echo "$path"
    elif path=$(compgen -G "/usr/lib/postgresql/*/bin/$1" | sort -V | tail -n 1) && [[ $path ]]; then
        echo "$path"
    elif [[ -x /usr/sbin/$1 ]]; then
        echo "/usr/sbin/$1"
    else
        return 1
    fi
}

require_cargo() {
    local home=${CARGO_HOME:-${HOME:-}/.cargo}
    if ! type -P cargo >/dev/null && [[ -x $home/bin/cargo ]]; then
        PATH=$home/bin:$PATH
    fi
    type -P cargo >/dev/null || fail "missing: \`cargo\`" "install Rust: https://rustup.rs"
}

# require_component SUBCOMMAND COMPONENT: a subcommand of cargo that rustup calls a component.
require_component() {
    cargo "$1" --version &>/dev/null || fail "missing: \`cargo $1\`" "install it:  rustup component add $2"
}

# Installs the checker of dependencies (deny.toml) where it is missing. That takes minutes, once on a machine.
install_cargo_deny() {
    if cargo deny --version &>/dev/null; then
        return
    fi
    status Installing "cargo-deny"
    cargo install --quiet --locked --debug cargo-deny@0.20.2 ||
        fail "cargo-deny cannot be installed" "see what cargo says above"
    PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
}

# install_missing NAME…: installs what find_program does not find, if that is possible without a question.
install_missing() {
    local name missing=() packages=()
    for name in "$@"; do
        if ! find_program "$name" >/dev/null; then
            missing+=("$name")
            packages+=("${package_of[$name]}")
        fi
    done
    if ((${#missing[@]} == 0)); then
        return
    fi
    install_packages "${missing[*]}" "${packages[@]}"
    for name in "${missing[@]}"; do
        find_program "$name" >/dev/null || fail "\`$name\` is still missing after installing ${package_of[$name]}"
    done
}

# install_packages WHAT PACKAGE…: WHAT is what they are for, in the message of a failure.
install_packages() {
    local log apt_get=()
    if type -P apt-get >/dev/null; then
        if ((EUID == 0)); then
            apt_get=(env)
        elif sudo -n true 2>/dev/null; then
            apt_get=(sudo -n env)
        fi
    fi
    if ((${#apt_get[@]} == 0)); then
        fail_for_missing "$1" "${*:2}" "cannot be installed from here (no apt-get, or not root)"
    fi
    apt_get+=(DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300)

    status Installing "${*:2}"
    log=$(mktemp)
    # An update that fails for one source can still leave everything that is needed within reach.
    "${apt_get[@]}" update >"$log" 2>&1 </dev/null || true
    if ! "${apt_get[@]}" install --no-install-recommends "${@:2}" >>"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        fail_for_missing "$1" "${*:2}" "could not be installed (apt-get's words are above)"
    fi
    rm -f "$log"
    hash -r
}

# fail_for_missing PROGRAMS PACKAGES WHY
fail_for_missing() {
    local ways=("install it:  sudo apt-get install $2")
    if [[ " $1 " == *" postgres "* ]]; then
        ways+=("or set ALEMBIC_TEST_POSTGRES_URL to a server on which tests may create databases")
    fi
    if [[ " $1 " == *" mariadbd "* ]]; then
        ways+=("or set ALEMBIC_TEST_MYSQL_URL to a server on which tests may create databases")
    fi
    fail "missing: \`${1// /\`, \`}\`, which $3" "${ways[@]}"
}
