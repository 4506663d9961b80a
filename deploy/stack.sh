#!/bin/sh
# stack.sh up|down, behind `./run up` and `./run down`: makes the secrets, starts docker-compose.yml, waits, says where
# to look. A second run changes nothing. COMPOSE_PROFILES=postgres adds the database, desk the duty desk.
set -eu
umask 077

ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
MAP_COUNT=${TINGXUE_MAP_COUNT:-/proc/sys/vm/max_map_count} # another file in the tests
PROJECT=${COMPOSE_PROJECT_NAME:-tingxue}
cd "$ROOT"

die() {
    printf '%s\n' "$@" >&2
    exit 2
}

docker_there() {
    command -v docker >/dev/null 2>&1 || die \
        '没有找到 docker，这里的一整套要用它启动。' \
        '请先安装 Docker Engine 和 compose 插件；不想用容器，可以直接 ./run exec tingxue watch（检索用自带的）。'
    docker compose version >/dev/null 2>&1 || die \
        'docker 缺少 compose 插件（docker compose）。请安装：Debian、Ubuntu 上是 docker-compose-plugin 或 docker-compose-v2。'
    docker info >/dev/null 2>&1 || die \
        '连不上 docker：它没有启动，或者您没有权限。' \
        '请执行 sudo systemctl start docker；权限问题请把您加入 docker 组后重新登录，或用 sudo。'
}

memory_maps() {
    [ -r "$MAP_COUNT" ] || return 0 # Docker Desktop: not this kernel's
    now=$(cat "$MAP_COUNT")
    [ "$now" -ge 262144 ] || die \
        "系统参数 vm.max_map_count 是 $now，Elasticsearch 至少要 262144，否则起不来。请执行：" \
        '  sudo sysctl -w vm.max_map_count=1048576' \
        "  echo 'vm.max_map_count=1048576' | sudo tee /etc/sysctl.d/90-tingxue.conf    # 重启后仍有效" \
        '然后再运行 ./run up。'
}

# secret NAME VOLUME: made once, 32 random bytes in hexadecimal; never again once VOLUME knows it
secret() {
    file=secrets/$1
    if [ -e "$file" ]; then
        [ -s "$file" ] || die "$file 是空的。请从备份恢复它；从来没有用过的，删去它再运行 ./run up。"
        return
    fi
    if docker volume inspect "${PROJECT}_$2" >/dev/null 2>&1; then
        die "$file 不见了，而数据卷 ${PROJECT}_$2 还记着它。请从备份恢复 secrets 文件夹，不要另造一个。"
    fi
    made=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
    [ "${#made}" -eq 64 ] || die '读不到随机数（/dev/urandom），没有生成密钥。'
    printf '%s\n' "$made" >"$file.new"
    mv "$file.new" "$file"
    printf '已生成 %s\n' "$file" >&2
}

secrets() {
    mkdir -p secrets/watch secrets/watchdog secrets/desk-tls
    chmod 0700 secrets secrets/watch secrets/watchdog secrets/desk-tls
    chmod -R a+rX deploy # no secrets, but read by other users inside: a checkout under umask 077 keeps them out
    secret elastic_password elasticsearch-data
    secret kibana_password elasticsearch-data
    secret kibana_key kibana-data
    secret postgres_password postgres-data
}

up() {
    docker_there
    memory_maps
    secrets
    search=ok duty=ok desk=ok
    printf '正在启动（第一次要下载和构建，可能要十几分钟）……\n' >&2
    case ",${COMPOSE_PROFILES:-}," in
    *,postgres,*) docker compose up -d --wait "$@" postgres || die 'PostgreSQL 没有起来：docker compose logs postgres' ;;
    esac
    # search first, because it makes the key of watch; but watch is started all the same: alerts need no search
    docker compose up -d --wait "$@" elasticsearch kibana || search=bad
    docker compose up -d --wait "$@" watch watchdog || duty=bad
    case ",${COMPOSE_PROFILES:-}," in
    *,desk,*) docker compose up -d --wait "$@" desk || desk=bad ;;
    esac
    if [ "$search" = ok ]; then
        docker compose run --rm bootstrap || search=bad
    fi
    if [ "$duty" = ok ]; then
        printf '值守程序和看门狗在运行：docker compose exec watch tingxue doctor\n'
    else
        printf '值守程序没有起来，警报发不出去。请看：docker compose logs --tail 50 prepare watch watchdog\n' >&2
    fi
    if [ "$search" = ok ]; then
        printf 'Kibana：%s   用户名 elastic，密码在 secrets/elastic_password\n' "${KIBANA_URL:-http://127.0.0.1:5601}"
    else
        printf '检索和看板没有准备好。请看：docker compose logs --tail 50 prepare elasticsearch security kibana；改好后再运行 ./run up\n' >&2
    fi
    if [ "$desk" = bad ]; then
        printf '值守台没有起来：证书 secrets/desk-tls 和 settings.yaml 的 desk 写好了吗？请看：docker compose logs --tail 50 desk\n' >&2
    fi
    [ "$search$duty$desk" = okokok ]
}

down() {
    for word in "$@"; do
        case $word in
        -v* | --volumes*) die '不接受 -v：它会删掉台账和全部数据。真要删，请先备份，再用 docker compose down -v。' ;;
        esac
    done
    docker_there
    COMPOSE_PROFILES=jobs,postgres,desk docker compose down "$@"
    printf '已停止。数据都在，./run up 再启动。\n'
}

command=$1
shift
"$command" "$@"
