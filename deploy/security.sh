#!/bin/bash
# security.sh URL CA SECRETS WATCH BOOTSTRAP DESK: gives Kibana its password and our programs their keys. Twice is once.
# bash for <(…): a password on curl's command line could be read by everybody on the machine.
set -euo pipefail
umask 077

url=$1 ca=$2 secrets=$3 watch=$4 bootstrap=$5 desk=$6
elastic=$(<"$secrets/elastic_password")
kibana=$(<"$secrets/kibana_password")

# ask METHOD PATH: as the superuser, with the body from standard input; prints the answer, fails on any but 2xx
ask() {
    curl --silent --show-error --fail-with-body --max-time 60 --cacert "$ca" -X "$1" "$url$2" \
        -H 'Content-Type: application/json' --data-binary @- -K <(printf 'user = "elastic:%s"\n' "$elastic") ||
        { printf '\n检索服务器拒绝了 %s %s\n' "$1" "$2" >&2; return 1; }
}

# works FILE: whether the server knows the key in it
works() {
    [[ -s $1 ]] && curl --silent --fail --output /dev/null --max-time 60 --cacert "$ca" "$url/_security/_authenticate" \
        -K <(printf 'header = "Authorization: ApiKey %s"\n' "$(<"$1")")
}

# key BODY FOLDER NAME…: a new key under these names, there whole or not at all
key() {
    local answer encoded folder=$2 name
    answer=$(ask POST /_security/api_key <<<"$1")
    encoded=$(sed -n 's/.*"encoded" *: *"\([^"]*\)".*/\1/p' <<<"$answer")
    [[ -n $encoded ]] || { printf '检索服务器没有给出密钥\n' >&2; return 1; }
    for name in "${@:3}"; do
        printf '%s\n' "$encoded" >"$folder/.new"
        chmod 0400 "$folder/.new"
        mv "$folder/.new" "$folder/$name"
    done
}

printf '{"password":"%s"}' "$kibana" | ask POST /_security/user/kibana_system/_password >/dev/null

# standing FOLDER NAME ROLE: a key that stays while it works; whatever had an older one has it no longer (404 where there
# was none)
standing() {
    works "$1/TINGXUE_ES_API_KEY" && return
    printf '{"name":"%s"}' "$2" | ask DELETE /_security/api_key >/dev/null 2>&1 || true
    key "{\"name\":\"$2\",\"role_descriptors\":{$3}}" "$1" TINGXUE_ES_API_KEY
}

standing "$watch" tingxue-watch '"watch":{"cluster":["monitor"],
    "indices":[{"names":["tingxue-*"],"privileges":["manage","read","write"]}]}'
# all that the superuser may, for Kibana too
key '{"name":"tingxue-bootstrap","expiration":"1h"}' "$bootstrap" TINGXUE_ES_API_KEY TINGXUE_KIBANA_KEY
# the desk searches, and changes nothing
standing "$desk" tingxue-desk '"desk":{"cluster":["monitor"],
    "indices":[{"names":["tingxue-*"],"privileges":["read","view_index_metadata"]}]}'
