#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A PostgreSQL of the tests' own, from Debian's package, on a socket in a folder.  It refuses to run as root: root's tests run it as
# the user that the package made. What it writes is safe from its own death, not from that of the machine (fsync=off).
#
#   postgresql.bash start DIR [PID]   makes DIR, initialises and starts; prints the address of its first database; ends with that process
#   postgresql.bash kill DIR          at once, as if the machine had lost its power
#   postgresql.bash again DIR         starts what was killed
#   postgresql.bash stop DIR          ends it and removes DIR
set -euo pipefail
programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -x "$programs/initdb" ] || { echo "postgresql: it is not installed: scripts/setup --tests" >&2; exit 1; }
dir=$2
owned() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; else "$@"; fi
}
run_server() { (cd / && owned "$programs/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -o "-c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=60 -c fsync=off" start > /dev/null) || { cat "$dir/log" >&2; exit 1; }; }
case $1 in
    start)
        mkdir -p "$dir"
        [ "$(id -u)" != 0 ] || chown postgres: "$dir"
        (cd / && owned "$programs/initdb" -D "$dir/data" -U diobench --auth=trust --encoding=UTF8 --locale=C --no-sync > "$dir/initdb.log" 2>&1) || { cat "$dir/initdb.log" >&2; exit 1; }
        run_server
        # Of a test that was killed nobody calls stop.
        if [ -n "${3:-}" ]; then
            (while kill -0 "$3" 2> /dev/null; do sleep 1; done; exec bash "$0" stop "$dir") > /dev/null 2>&1 < /dev/null &
        fi
        echo "postgresql://diobench@/postgres?host=$dir"
        ;;
    kill) kill -KILL "$(head -n 1 "$dir/data/postmaster.pid")" && while kill -0 "$(head -n 1 "$dir/data/postmaster.pid")" 2> /dev/null; do sleep 0.05; done ;;
    again) run_server ;;
    stop)
        (cd / && owned "$programs/pg_ctl" -D "$dir/data" -m immediate stop > /dev/null 2>&1) || true
        rm -rf "$dir"
        ;;
    *) echo "postgresql: start, kill, again or stop DIR" >&2; exit 2 ;;
esac
