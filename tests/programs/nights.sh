#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A week of nights with real, short runs: the third revision is slower, the fifth night loses power, the sixth
# finds the disk full. Texts, store, metrics and history tell that story.
# label: booted
# timeout: 2400
. "$(dirname "$0")/common.bash"
its_turn 1
cells='rand-read/fscache/flat/ram/local/*/random/4k/pread/qd1'
arm=$scratch/arm

# The series of the night, as it is revised from day to day.
revision() {
    rm -rf "$arm"
    mkdir "$arm"
    local patches=''
    for patch in "$@"; do
        cp "$patch" "$arm/"
        patches="$patches\"$(basename "$patch")\", "
    done
    printf 'name = "arm"\npurpose = "a revision of the week"\nbase = { min = "6.12.7", max = "6.12.999" }\nrequires = ["dio"]\npatches = [%s]\n' "$patches" > "$arm/series.toml"
}
# config FILE OUTPUT LEAST_FREE_MIB
config() {
    cat > "$1" <<EOT
suite = "quick"
filter = "$cells"
seeds = 2
policy = "$scratch/policy.toml"
output = "$2"
[[kernel]]
series = "$arm"
against = "last-good"
verify = false
[export]
textfile = "$scratch/diobench.prom"
[notify]
when = "news"
command = ["sh", "-c", "cat > \$0", "$scratch/mailed"]
[keep]
nights = 5
least_free_mib = $3
EOT
}
# night CODE [OPTION...]: makes one and looks at what every night must leave
night() {
    local want=$1
    shift
    rm -f "$scratch/mailed"
    expect_exit "$want" "$diobench" nightly --config "$scratch/nightly.toml" "$@"
    cp "$scratch/out" "$scratch/night.txt"
    [ "$(sed -n '/^diobench night /,$p' "$scratch/night.txt" | wc -l)" -le 10 ] || fail "more than ten lines: $(cat "$scratch/night.txt")"
    [ "$(jq -r .exit_code "$scratch/nights/status.json")" = "$want" ] || fail "the status file says otherwise"
    [ "$(jq -r .state "$scratch/nights/progress.json")" = ended ] || fail "progress.json does not say that it ended"
    grep -q "^diobench_night_exit_code{suite=\"quick\",machine=\"exact\"} $want\$" "$scratch/diobench.prom" || fail "the metrics do not say exit code $want: $(grep night "$scratch/diobench.prom")"
    promtool check metrics < "$scratch/diobench.prom" 2> "$scratch/promtool" || fail "$(cat "$scratch/promtool")"
}
says() { grep -q -- "$1" "$scratch/night.txt" || fail "the night does not say '$1': $(cat "$scratch/night.txt")"; }
verdicts() { sqlite3 "$DIOBENCH_STORE" "SELECT verdict FROM judgements WHERE kind = 'night' ORDER BY started_at" | tr '\n' ' '; }

# Two seeds do not tell what other addresses of a kernel cost (0.1 %) from a change: this is about nights, whose slow revision costs 4 %.
sed 's/^floor_percent = 0.05$/floor_percent = 0.5/' gate.toml > "$scratch/policy.toml"
config "$scratch/nightly.toml" "$scratch/nights" 100
sed 's/^suite/siute/' "$scratch/nightly.toml" > "$scratch/typo.toml"
expect_exit 2 "$diobench" nightly --config "$scratch/typo.toml"
grep -q 'typo.toml:1: siute: unknown key' "$scratch/out" || fail "the key is not named: $(cat "$scratch/out")"

revision
night 0
says 'tonight is the first'
[ ! -e "$scratch/mailed" ] || fail "a first good night called somebody"

revision kernel-patches/mutants/same-refactor/*.patch
night 0
says 'pass against arm@last-good'
[ ! -e "$scratch/mailed" ] || fail "a good night after a good one called somebody"

revision kernel-patches/mutants/slow-instructions-267/*.patch
night 1
says 'REGRESSION'
says 'cold direct random 4 KiB reads .* one at a time: 1 of 1, mean latency +[0-9]* ns (+[0-9.]* %)'
says 'most of it in erofs_fscache_direct_read()'
third=$scratch/nights/$(jq -r .id "$scratch/nights/status.json")
jq -e '[.cells[] | select(.attribution) | .attribution[0].function] | unique == ["erofs_fscache_direct_read"]' "$third/gates/arm/gate.json" > "$scratch/out" \
    || fail "the night's gate names other functions: $(cat "$scratch/out")"
[ -d "$third/runs/seed-1/profile" ] && [ ! -e "$third/runs/seed-2/profile" ] || fail "counts by function are kept of the first seed only"
cmp -s "$scratch/mailed" <(sed -n '/^diobench night /,$p' "$scratch/night.txt") || fail "the mail is not what was printed"
grep -q 'diobench_gate_verdict{.*baseline="arm@last-good".*verdict="regression"} 1' "$scratch/diobench.prom" || fail "no metric of the verdict"
bad=$(jq -r '.runs[0]' "$scratch/nights/status.json")
expect_exit 2 "$diobench" history pin week "$bad"

# Taken back: judged against the second night, not against the bad one.
revision
night 0
says 'pass against arm@last-good'
[ -e "$scratch/mailed" ] || fail "that it is good again was not told"

# Power is lost when one seed is measured.
# start_night: in the background, until its first seed is measured; sets pid and lost, its folder
start_night() {
    local before
    before=$(ls "$scratch/nights")
    "$diobench" nightly --config "$scratch/nightly.toml" > "$scratch/killed.txt" 2>&1 &
    pid=$!
    for _ in $(seq 3000); do
        lost=$(comm -13 <(echo "$before") <(ls "$scratch/nights") | grep '^2' || true)
        [ -n "$lost" ] && [ -e "$scratch/nights/$lost/runs/seed-1/results.json" ] && break
        sleep 0.1
    done
    lost=$scratch/nights/$lost
    [ -e "$lost/runs/seed-1/results.json" ] || fail "no seed was measured: $(cat "$scratch/killed.txt")"
}
start_night
# Only one at a time.
expect_exit 2 "$diobench" nightly --config "$scratch/nightly.toml"
grep -q 'another night is under way' "$scratch/out" || fail "two nights at once: $(cat "$scratch/out")"
kill -9 $pid
wait $pid || true
[ "$(jq -r .state "$lost/night.json")" = running ] || fail "the killed night does not look unfinished"

# A disk that is full before the night, as every config may demand ...
config "$scratch/nightly.toml" "$scratch/nights" 100000000
night 2
says 'no disk space'
says 'did not end'
[ "$(jq -r .verdict "$lost/night.json")" = invalid ] || fail "the lost night is not on record"

# ... and a good one again.
config "$scratch/nightly.toml" "$scratch/nights" 100
night 0 --resume
says 'pass against arm@last-good'
says 'Earlier nights: [0-9]* invalid, [0-9]* unfinished, [0-9]* pass, [0-9]* regression, [0-9]* pass'
[ "$(verdicts)" = "pass pass regression pass invalid invalid pass " ] || fail "the store tells another story: $(verdicts)"
[ "$(find "$scratch/nights" -name night.json | wc -l)" -le 5 ] || fail "old folders were not removed"

# History marks the third night, and a lost night goes on where it stopped.
"$diobench" history 'rand-read/*/direct/*' --kernel arm --json > "$scratch/history.json"
[ "$(jq -r '[.[].points[] | select(.verdict == "regression") | .runs | length] | tostring' "$scratch/history.json")" = '[2]' ] || fail "history does not mark the regression as one point of two seeds"
gate=$(jq -r '.[].points[] | select(.verdict == "regression") | .gate' "$scratch/history.json")
"$diobench" show --json "$gate" | jq -e '.verdict == "regression"' > /dev/null || fail "the gate $gate is not found by its id"
start_night
kill -INT $pid
wait $pid && fail "a stopped night is no success" || true
first=$(jq -r .run.id "$lost/runs/seed-1/results.json")
night 0 --resume
says 'interrupted at "\(measure\|judge\|report\)"'
[ "$(jq -r '.runs[0]' "$scratch/nights/status.json")" = "$first" ] || fail "what was measured was measured again"

# So does one that was killed, which is what the timer meets after a loss of power.
start_night
kill -9 $pid
wait $pid || true
first=$(jq -r .run.id "$lost/runs/seed-1/results.json")
night 0 --resume
says 'interrupted at "\(measure\|judge\|report\)"'
[ "$(jq -r '.runs[0]' "$scratch/nights/status.json")" = "$first" ] || fail "what was measured before the kill was measured again"
[ "$(jq -r .attempts "$scratch/nights/status.json")" = 2 ] || fail "the attempts were not counted"

# A night that cannot begin tells so, too.
future=$(date -u -d '+3 days' +%Y%m%dT%H%M%S)
cp -r "$scratch/nights/$(ls "$scratch/nights" | grep '^2' | tail -n 1)" "$scratch/nights/$future"
sed -i "s/\"id\": \"[^\"]*\"/\"id\": \"$future\"/" "$scratch/nights/$future/night.json"
rm -f "$scratch/mailed"
expect_exit 2 "$diobench" nightly --config "$scratch/nightly.toml"
grep -q "NONE: .*$future.*dated later than now" "$scratch/mailed" || fail "that there was no night was not told: $(cat "$scratch/mailed" "$scratch/out")"
rm -r "$scratch/nights/$future"

# What nightly.toml does not ask for any more is not gone on with.
start_night
kill -INT $pid
wait $pid && fail "a stopped night is no success" || true
sed -i 's/^seeds = 2/seeds = 1/' "$scratch/nightly.toml"
night 0 --resume
says 'did not end.*nightly.toml asks for something else now'
[ "$(jq -r .verdict "$lost/night.json")" = invalid ] || fail "the stopped night is not on record"

# Full in the middle: what was kept back is enough to say so.
[ "$(id -u)" = 0 ] && command -v unshare > /dev/null || exit 0
mkdir "$scratch/small"
config "$scratch/small.toml" "$scratch/small/nights" 1
expect_exit 0 unshare -m bash -euc '
    mount -t tmpfs -o size=8m none "$1/small"
    mkdir "$1/small/nights"
    dd if=/dev/zero of="$1/small/ballast" bs=1k count=3700 2> /dev/null
    code=0
    "$2" nightly --config "$1/small.toml" > "$1/small.txt" 2>&1 || code=$?
    [ $code = 2 ] || [ $code = 4 ] || { cat "$1/small.txt"; echo "exit $code instead of 2 or 4"; exit 1; }
    grep -qi "no space" "$1/small.txt" || { cat "$1/small.txt"; exit 1; }
    [ "$(jq -r .exit_code "$1/small/nights/status.json")" = $code ]
    grep -q "^diobench_night_exit_code{.*} $code$" "$1/diobench.prom"' - "$scratch" "$diobench"
