# shellcheck shell=bash
# What the scripts say, in cargo's way of speaking: a green verb, right-aligned. Everything goes to stderr.

# status VERB TEXT…
status() {
    if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
        printf '\e[1;32m%12s\e[0m %s\n' "$1" "${*:2}" >&2
    else
        printf '%12s %s\n' "$1" "${*:2}" >&2
    fi
}

# fail LINE…: ends the script with an error; the further lines say the way out.
fail() {
    if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
        printf '\e[1;31merror\e[0m: %s\n' "$1" >&2
    else
        printf 'error: %s\n' "$1" >&2
    fi
    if (($# > 1)); then
        printf '  %s\n' "${@:2}" >&2
    fi
    exit 1
}
