#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Without a scheduler: two accounts of this host, reached by ssh, make the shards, and a third builds and judges. Kernels reach
# the two by rsync, which have neither the kernels' source nor a compiler's cache. The cells are those of the run that was not shared.
# label: booted
# timeout: 900
. "$(dirname "$0")/fleet.bash"
its_turn 2
[ "$(id -u)" = 0 ] || skip "accounts are made by root"
for program in /usr/sbin/sshd /usr/bin/rsync; do [ -x "$program" ] || skip "no $program: scripts/setup --tests"; done

ssh=$scratch/ssh
port=$((20000 + $$ % 20000))
mkdir -p "$ssh/keys"
end() {
    [ ! -e "$ssh/pid" ] || kill "$(cat "$ssh/pid")" 2> /dev/null || true
    for user in diobench-t1 diobench-t2; do
        pkill -KILL -u "$user" 2> /dev/null || true
        userdel "$user" 2> /dev/null || true
    done
    rm -rf "$scratch"
}
trap end EXIT
chmod 755 "$scratch" "$ssh" "$ssh/keys"
ssh-keygen -q -t ed25519 -N '' -f "$ssh/host"
ssh-keygen -q -t ed25519 -N '' -f "$ssh/key"
for user in diobench-t1 diobench-t2; do
    mkdir "$scratch/$user"
    useradd --no-create-home --home-dir "$scratch/$user" --shell /bin/sh --password '*' "$user"
    chown "$user" "$scratch/$user"
done
for user in root diobench-t1 diobench-t2; do cp "$ssh/key.pub" "$ssh/keys/$user"; done
# The two reach the shared folder over ssh, too.
mkdir -p "$shared"
cp "$ssh/key" "$ssh/key-of-all"
chmod 600 "$ssh/key-of-all"
for user in diobench-t1 diobench-t2; do
    cp "$ssh/key" "$scratch/$user/key"
    chown "$user" "$scratch/$user/key"
    chmod 600 "$scratch/$user/key"
done
cat > "$ssh/sshd_config" << END
Port $port
ListenAddress 127.0.0.1
HostKey $ssh/host
PidFile $ssh/pid
AuthorizedKeysFile $ssh/keys/%u
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
PermitUserEnvironment no
MaxStartups 100
AcceptEnv *
SetEnv DIOBENCH_SSH="ssh -F $ssh/config"
END
cat > "$ssh/config" << END
Host *
    Port $port
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
    LogLevel ERROR
    BatchMode yes
    IdentitiesOnly yes
Match localuser root
    IdentityFile $ssh/key
Match localuser diobench-t1
    IdentityFile $scratch/diobench-t1/key
Match localuser diobench-t2
    IdentityFile $scratch/diobench-t2/key
END
chmod 644 "$ssh/config"
mkdir -p /run/sshd
/usr/sbin/sshd -f "$ssh/sshd_config" -E "$ssh/log"
export DIOBENCH_SSH="ssh -F $ssh/config"
# Two processes of other accounts write the same store: a folder of their own.
mkdir "$scratch/store"
chmod 1777 "$scratch/store"
export DIOBENCH_STORE=$scratch/store/results.sqlite
"$diobench" history runs > /dev/null 2>&1 || true
"$diobench" fleet status --all > /dev/null
chmod 777 "$scratch/store"
chmod 666 "$DIOBENCH_STORE"*
cat > "$scratch/hosts.toml" << END
[[host]]
name = "127.0.0.1"
user = "root"
port = $port
program = "$diobench"
[[host]]
name = "127.0.0.1"
user = "diobench-t1"
port = $port
program = "$diobench"
folder = "$scratch/diobench-t1/cache"
builds = false
[[host]]
name = "127.0.0.1"
user = "diobench-t2"
port = $port
program = "$diobench"
folder = "$scratch/diobench-t2/cache"
builds = false
END
whole
id=$("$diobench" fleet submit "$scratch/request.toml" --engine ssh --hosts "$scratch/hosts.toml" --shared "root@127.0.0.1:$shared" --quiet 2> "$scratch/err") || fail "$(cat "$scratch/err")"
until_state "$id" .state done 400
same_cells "$id"
nodes=$(state_of "$id" '[.jobs[] | select(.kind == "shard") | .node] | unique | join(" ")')
[[ "$nodes" = *diobench-t1* && "$nodes" = *diobench-t2* ]] || fail "the two accounts had no shards: $nodes"
# Their kernels came from the shared folder.
for user in diobench-t1 diobench-t2; do
    [ -e "$scratch/$user/cache/kernels" ] && [ ! -e "$scratch/$user/cache/trees" ] || fail "$user has built"
done
sed 's/builds = false//; s/^name = .*/nmae = "x"/' "$scratch/hosts.toml" > "$scratch/typo.toml"
expect_exit 2 "$diobench" fleet submit "$scratch/request.toml" --engine ssh --hosts "$scratch/typo.toml" --shared "$shared"
grep -q 'typo.toml:.*nmae: ' "$scratch/out" || fail "$(cat "$scratch/out")"
sed 's/127.0.0.1/lab-1/' "$scratch/hosts.toml" > "$scratch/far.toml"
expect_exit 2 "$diobench" fleet submit "$scratch/request.toml" --engine ssh --hosts "$scratch/far.toml" --shared "$shared"
grep -q 'several hosts cannot share a file of SQLite: --engine ssh needs --store postgresql://' "$scratch/out" || fail "$(cat "$scratch/out")"
