#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real Slurm of two nodes: two kernels are built once, sharded and merged; a node that dies in the middle changes nothing but
# the time; a cancelled request leaves nothing in the queue.
# label: booted
# timeout: 1800
. "$(dirname "$0")/fleet.bash"
its_turn 4 7
[ "$(id -u)" = 0 ] || skip "slurmd wants root"
for program in slurmctld slurmd sbatch; do command -v "$program" > /dev/null || skip "no $program: scripts/setup --tests"; done

slurm=$scratch/slurm
mkdir -p "$slurm/state" "$slurm/n1" "$slurm/n2"
# Slurm's commands find the configuration by this.
export SLURM_CONF=$slurm/slurm.conf
port=$((20000 + $$ % 20000))
cat > "$SLURM_CONF" << END
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/linear
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmctldPort=$port
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd-%n.pid
SlurmdSpoolDir=$slurm/%n
StateSaveLocation=$slurm/state
SlurmctldTimeout=10
SlurmdTimeout=10
KillWait=5
TaskProlog=$slurm/prolog
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
NodeName=n1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 Feature=exact,uml
NodeName=n2 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 Feature=exact,uml
PartitionName=lab Nodes=n1,n2 Default=YES State=UP
END
# Each node has a cache of its own.
printf '#!/bin/sh\necho "export DIOBENCH_CACHE=%s/cache-$SLURMD_NODENAME"\n' "$scratch" > "$slurm/prolog"
chmod +x "$slurm/prolog"
node_cache "$scratch/cache-n1"
node_cache "$scratch/cache-n2"
end() {
    scancel --quiet --name=diobench-build,diobench-shards,diobench-judge 2> /dev/null || true
    for daemon in "$slurm"/slurmd-n*.pid "$slurm/slurmctld.pid"; do [ ! -e "$daemon" ] || kill "$(cat "$daemon")" 2> /dev/null || true; done
    sleep 1
    rm -rf "$scratch"
}
trap end EXIT
start_node() { slurmd -N "$1" -L "$slurm/slurmd-$1.log" -d "$(command -v slurmstepd || echo /usr/sbin/slurmstepd)"; }
slurmctld -L "$slurm/slurmctld.log"
start_node n1
start_node n2
for _ in $(seq 100); do [ "$(sinfo -h -N -t idle -o %N 2> /dev/null | wc -l)" = 2 ] && break || sleep 0.2; done
[ "$(sinfo -h -N -t idle -o %N | wc -l)" = 2 ] || fail "no two nodes: $(sinfo -N; tail "$slurm"/*.log)"

whole
id=$(submitted --engine slurm)
"$diobench" fleet status "$id" | grep -q '\[[0-9_]* \(PENDING\|RUNNING\)' || fail "Slurm's states are not shown: $("$diobench" fleet status "$id")"
until_state "$id" .state done 900
same_cells "$id"
[ "$(state_of "$id" '[.jobs[] | select(.kind == "shard") | .node] | unique | join(" ")')" = 'n1 n2' ] || fail "not both nodes had shards: $("$diobench" fleet status "$id")"
[ "$(cat "${DIOBENCH_CACHE:-$HOME/.cache/diobench}"/logs/fleet/"$id"-*.txt | grep -c '^kernel .* built in ')" = 2 ] || fail "two kernels were not built once each"

# A node dies in the middle of a shard: Slurm requeues it.
id=$(submitted --engine slurm)
until_state "$id" '[.jobs[] | select(.kind == "shard" and .state == "claimed" and .node == "n2")] | length > 0' true 300
job=$(state_of "$id" '.jobs[] | select(.state == "claimed" and .node == "n2") | .job')
slurm_job=$(state_of "$id" ".jobs[] | select(.job == $job) | .engine_job")
worker=$(pgrep -f "fleet work $id --job $job" | head -n 1)
step=$worker
until [ "$(cat "/proc/$step/comm")" = slurmstepd ]; do step=$(ps -o ppid= -p "$step" | tr -d ' '); done
# Nobody is left who could tell the controller that a task has ended.
kill -9 "$(cat "$slurm/slurmd-n2.pid")" "$step"
pkill -9 -f "fleet work $id --job $job" || true
for _ in $(seq 240); do
    # It waits two minutes by itself.
    scontrol release "$slurm_job" 2> /dev/null || true
    scontrol update jobid="$slurm_job" starttime=now 2> /dev/null || true
    [ "$(state_of "$id" .state)" = running ] || break
    sleep 2
done
[ "$(state_of "$id" .state)" = done ] || fail "$("$diobench" fleet status "$id"; squeue; sinfo -N)"
same_cells "$id"
[ "$(in_store "SELECT outcome || ' ' || node FROM fleet_tries WHERE request_id = '$id' AND number = $job ORDER BY started_at" | tr '\n' ' ')" = 'silent n2 done n1 ' ] \
    || fail "tries: $(in_store "SELECT * FROM fleet_tries WHERE request_id = '$id'")"

# Cancelled.
start_node n2
id=$(submitted --engine slurm)
until_state "$id" '[.jobs[] | select(.state == "claimed")] | length > 0' true 120
expect_exit 0 "$diobench" fleet cancel "$id"
for _ in $(seq 60); do [ -z "$(squeue -h)" ] && break || sleep 0.5; done
[ -z "$(squeue -h)" ] || fail "something is left in the queue: $(squeue)"
all_ended "fleet work $id"
