#!/bin/sh
# prepare.sh FROM TO HOME: first service of docker-compose.yml. Makes the certificates of the search server, gives each
# service a copy of its own secrets that only its user can read, and a new home its settings. Twice is once.
set -eu
umask 077

from=$1 to=$2 home=$3
deploy=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
APP=10001 STACK=1000 POSTGRES=999 # users inside the images

fail() {
    printf '准备失败：%s\n' "$*" >&2
    exit 1
}

# give FILE FOLDER USER: a copy that is there whole or not at all
give() {
    [ -s "$1" ] || fail "缺少 ${1##*/}；请运行 ./run up，不要直接用 docker compose up"
    cp "$1" "$2/.new"
    chmod 0400 "$2/.new"
    chown "$3:$3" "$2/.new"
    mv "$2/.new" "$2/${1##*/}"
}

# Our own secrets go into JSON and a URL by plain printing, so they hold nothing that would need quoting.
plain() {
    [ "$(LC_ALL=C tr -d 'A-Za-z0-9._\n-' <"$from/$1" | wc -c)" -eq 0 ] || fail "secrets/$1 只能用字母、数字和 . _ -"
    [ "$(wc -l <"$from/$1")" -le 1 ] || fail "secrets/$1 只能有一行"
}

certificates() {
    cat >"$to/ca/.openssl" <<'EOF'
[req]
distinguished_name = name
prompt = no
[name]
CN = tingxue
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[node]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:elasticsearch, DNS:localhost, IP:127.0.0.1
EOF
    if [ ! -s "$to/ca/ca.crt" ]; then
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 3650 -config "$to/ca/.openssl" -extensions authority \
            -keyout "$to/ca/ca.key" -out "$to/ca/.new" 2>/dev/null
        mv "$to/ca/.new" "$to/ca/ca.crt"
        rm -f "$to/ca/node.crt"
    fi
    # a server certificate for two years, a new one when 90 days are left
    if ! openssl x509 -checkend 7776000 -noout -in "$to/ca/node.crt" >/dev/null 2>&1; then
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -config "$to/ca/.openssl" \
            -keyout "$to/ca/node.key" -out "$to/ca/node.csr" 2>/dev/null
        openssl x509 -req -days 730 -in "$to/ca/node.csr" -CA "$to/ca/ca.crt" -CAkey "$to/ca/ca.key" \
            -CAcreateserial -extfile "$to/ca/.openssl" -extensions node -out "$to/ca/.new" 2>/dev/null
        mv "$to/ca/.new" "$to/ca/node.crt"
    fi
    cp "$to/ca/ca.crt" "$to/certs/.new"
    chmod 0444 "$to/certs/.new"
    mv "$to/certs/.new" "$to/certs/ca.crt"
    chmod 0755 "$to/certs"
}

# hand OFFICE READER: the office's own secrets (keys of channels and the like), exactly those, to the reader beside what
# `security` makes for it
hand() {
    for file in "$to/$2"/*; do
        name=${file##*/}
        case $name in
        TINGXUE_ES_API_KEY | TINGXUE_KIBANA_KEY) continue ;;
        esac
        [ -e "$from/$1/$name" ] || rm -f "$file"
    done
    for file in "$from/$1"/*; do
        [ ! -e "$file" ] || give "$file" "$to/$2" "$APP"
    done
}

settings() {
    [ ! -e "$home/config/settings.yaml" ] || return 0
    shipped=$(python -P -c 'import config; print(config.__path__[0])')
    mkdir -p "$home/config"
    # the shipped settings, with our own search server instead of whatever they say of search
    awk '/^search:/ {skip = 1; next} /^[^ ]/ || /^$/ {skip = 0} !skip' "$shipped/settings.yaml" >"$home/config/.new"
    cat "$deploy/search.yaml" >>"$home/config/.new"
    chown "$APP:$APP" "$home/config" "$home/config/.new"
    mv "$home/config/.new" "$home/config/settings.yaml"
}

for name in elastic_password kibana_password kibana_key postgres_password; do
    [ -s "$from/$name" ] || fail "缺少 secrets/$name；请运行 ./run up，不要直接用 docker compose up"
    plain "$name"
done
certificates
for file in ca/ca.crt ca/node.crt ca/node.key; do
    give "$to/$file" "$to/elasticsearch" "$STACK"
done
give "$from/elastic_password" "$to/elasticsearch" "$STACK"
give "$from/kibana_password" "$to/kibana" "$STACK"
give "$from/kibana_key" "$to/kibana" "$STACK"
give "$from/elastic_password" "$to/security" "$APP"
give "$from/kibana_password" "$to/security" "$APP"
give "$from/postgres_password" "$to/postgres" "$POSTGRES"
hand watch watch
hand watch bootstrap # it reads the same settings
hand watch desk      # so does the desk
hand desk-tls desk-tls # the certificate that phones see, and its key: desk.crt, desk.key
hand watchdog watchdog
settings
chown "$STACK:$STACK" "$to/elasticsearch" "$to/kibana"
chown "$POSTGRES:$POSTGRES" "$to/postgres"
chown "$APP:$APP" "$to/security" "$to/watch" "$to/watchdog" "$to/desk" "$to/desk-tls" "$to/bootstrap" "$home"
chmod 0700 "$to/elasticsearch" "$to/kibana" "$to/postgres" "$to/security" "$to/watch" "$to/watchdog" "$to/desk" \
    "$to/desk-tls" "$to/bootstrap"
