#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real run, a real Prometheus that scrapes `serve`, a real Pushgateway and node exporter: every query of the
# dashboard and every rule is answered, and what disappears leaves nothing.
# label: booted
# timeout: 1200
. "$(dirname "$0")/common.bash"
for program in prometheus promtool prometheus-pushgateway prometheus-node-exporter; do
    command -v "$program" > /dev/null || skip "$program is not installed: scripts/setup --tests"
done
promtool test rules reports/prometheus/diobench_test.yml > "$scratch/rules" || { cat "$scratch/rules"; fail "the rules' tests"; }

pids=()
stop_all() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2> /dev/null || true; done
    rm -rf "$scratch"
}
trap stop_all EXIT
trap 'exit 130' INT TERM
# start NAME COMMAND...: in the background, output in $scratch/NAME.log
start() {
    local name=$1
    shift
    "$@" > "$scratch/$name.log" 2>&1 &
    pids+=($!)
}
# until_true SECONDS COMMAND...
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.5
    done
}
mapfile -t ports < <(/usr/bin/python3 -c '
import socket
sockets = [socket.socket() for _ in range(4)]
for s in sockets: s.bind(("127.0.0.1", 0))
for s in sockets: print(s.getsockname()[1])')
serve=127.0.0.1:${ports[0]} prometheus=127.0.0.1:${ports[1]} gateway=127.0.0.1:${ports[2]} node=127.0.0.1:${ports[3]}

# The run: two kernels, four cells.
out=$scratch/runs
expect_exit 0 "$diobench" run --kernel fallback --kernel dio --filter 'rand-read/*/flat/ram/local/*/random/4k/pread/qd1' --suite quick --no-report --out "$out/first"
id=$(jq -r .run.id "$out/first/results.json")
mv "$out/first" "$out/$id"
first=$out/$id
ln -s "$id" "$out/latest"
# A gate that has something to say: fallback is slower than dio, and fills the page cache.
expect_exit 1 "$diobench" gate --results-baseline "$first" --results-candidate "$first" --baseline dio --candidate fallback \
    --filter 'rand-read/*/flat/ram/local/*/random/4k/pread/qd1' --out "$scratch/gate"
expect_exit 0 "$diobench" history import "$scratch/gate"
expect_exit 0 "$diobench" history import "$first"
grep -q "$id" "$scratch/out" || fail "import does not name the run"
# What history names can be shown.
gate_id=$(sqlite3 "$DIOBENCH_STORE" "SELECT id FROM judgements WHERE kind = 'gate'")
expect_exit 0 "$diobench" history '*/direct/*4k/pread/qd1' --kernel fallback
grep -qF "regression by $gate_id" "$scratch/out" || { cat "$scratch/out"; fail "history does not name the gate"; }
"$diobench" show --json "$gate_id" | cmp -s - "$scratch/gate/gate.json" || fail "the gate is not found by its id"
"$diobench" show --json "$id" | cmp -s - "$first/results.json" || fail "the run is not found by its id"
# This run was judged worse for one of its arms, which is no baseline; the other one may be.
expect_exit 0 "$diobench" history pin half "$id" --kernel dio
expect_exit 0 "$diobench" history unpin half
expect_exit 2 "$diobench" history pin bad "$id"
grep -q "a bad run is no baseline" "$scratch/out" || { cat "$scratch/out"; fail "a bad run was pinned"; }
mkdir "$scratch/again"
jq '.run.id = "19990101T000000-quick-exact-good" | .run.started_at = "1999-01-01T00:00:00Z"' "$first/results.json" > "$scratch/again/results.json"
expect_exit 0 "$diobench" history import "$scratch/again"
expect_exit 0 "$diobench" history pin good 19990101T000000-quick-exact-good
expect_exit 0 "$diobench" history '*/direct/*4k/pread/qd1' --kernel dio
grep -q 'machine exact' "$scratch/out" || { cat "$scratch/out"; fail "no plot"; }
expect_exit 0 "$diobench" history --json
jq -e 'length == 8 and all(.[]; .points | length == 2)' "$scratch/out" > /dev/null || { cat "$scratch/out"; fail "history --json"; }
# A night that ended with this run, and one under way.
/usr/bin/python3 - "$DIOBENCH_STORE" "$first/results.json" "$out/progress.json" <<'EOF'
import datetime, json, sqlite3, sys
run = json.load(open(sys.argv[2]))["run"]
store = sqlite3.connect(sys.argv[1])
store.execute("INSERT INTO judgements VALUES ('night-1', 'night', ?, ?, 'quick', 'exact', '', '', ?, 'pass', ?, '')",
              (run["started_at"], run["elapsed_s"], run["id"], run["exit_code"]))
store.commit()
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
json.dump({"schema_version": 1, "kind": "night", "id": "night-2", "suite": "quick", "machine": "exact", "state": "running", "stage": "measure", "what": "dio-ram",
           "done": 1, "total": 2, "started_at": now, "updated_at": now, "exit_code": None}, open(sys.argv[3], "w"))
EOF

# Textfile and push, before the scrape.
mkdir "$scratch/textfile"
expect_exit 2 "$diobench" export "$first" --textfile "$scratch/textfile/diobench.txt"
start gateway prometheus-pushgateway --web.listen-address="$gateway"
start node prometheus-node-exporter --web.listen-address="$node" --collector.disable-defaults --collector.textfile --collector.textfile.directory="$scratch/textfile"
until_true 30 curl -sf "http://$gateway/-/ready" || fail "the Pushgateway does not start: $(cat "$scratch/gateway.log")"
expect_exit 0 "$diobench" export "$first" --textfile "$scratch/textfile/diobench.prom" --push "http://$gateway" --instance lab-1
promtool check metrics < "$scratch/textfile/diobench.prom" || fail "the textfile is not clean"
[ "$(grep -vc '^#' "$scratch/textfile/diobench.prom")" -lt 200 ] || fail "the textfile is large"
curl -sf "http://$gateway/metrics" > "$scratch/pushed"
grep -q 'diobench_latency_mean_seconds{.*instance="lab-1".*job="diobench"' "$scratch/pushed" || fail "nothing arrived at the Pushgateway"
# A cell fewer: pushed again, its series is gone.
mkdir "$scratch/less"
jq '.cells |= map(select(.kernel != "dio"))' "$first/results.json" > "$scratch/less/results.json"
expect_exit 0 "$diobench" export "$scratch/less" --push "http://$gateway" --instance lab-1
curl -sf "http://$gateway/metrics" > "$scratch/pushed"
grep -q 'diobench_latency_mean_seconds{.*kernel="fallback"' "$scratch/pushed" || fail "the second push took everything away"
! grep -q 'diobench_latency_mean_seconds{.*kernel="dio"' "$scratch/pushed" || fail "a pushed series was left behind"
expect_exit 2 "$diobench" export "$first" --push "http://127.0.0.1:1"

cat > "$scratch/prometheus.yml" <<EOF
global: {scrape_interval: 5s, evaluation_interval: 2s}
rule_files: [$source_dir/reports/prometheus/diobench.rules.yml]
scrape_configs:
  - job_name: diobench
    scrape_timeout: 5s
    static_configs: [{targets: ['$serve']}]
  - job_name: pushgateway
    honor_labels: true
    static_configs: [{targets: ['$gateway']}]
  - job_name: node
    static_configs: [{targets: ['$node']}]
EOF
start serve "$diobench" serve --port "${ports[0]}" --out "$out"
until_true 30 curl -sf "http://$serve/healthz" || fail "serve does not start: $(cat "$scratch/serve.log")"
curl -sf "http://$serve/metrics" > "$scratch/metrics"
promtool check metrics < "$scratch/metrics" || fail "/metrics is not clean"
curl -sf "http://$serve/" > "$scratch/page" && grep -q "$id" "$scratch/page" || fail "/ does not list the run"
curl -sf "http://$serve/history?cell=*direct*" > "$scratch/page" && grep -q '<svg' "$scratch/page" || fail "/history shows nothing"
curl -sf "http://$serve/latest/summary.txt" | cmp -s - "$first/summary.txt" || fail "the summary is not handed out"
start prometheus prometheus --config.file="$scratch/prometheus.yml" --storage.tsdb.path="$scratch/tsdb" --web.listen-address="$prometheus" --log.level=warn
until_true 60 curl -sf "http://$prometheus/-/ready" || fail "Prometheus does not start: $(cat "$scratch/prometheus.log")"
all_up() { [ "$(curl -sfG "http://$prometheus/api/v1/query" --data-urlencode 'query=sum(up)' | jq -r '.data.result[0].value[1]')" = 3 ]; }
until_true 60 all_up || fail "not all three targets are up: $(curl -s "http://$prometheus/api/v1/targets" | jq -c '.data.activeTargets[] | [.scrapeUrl, .lastError]')"
recorded() { curl -sfG "http://$prometheus/api/v1/query" --data-urlencode 'query=diobench:pinned_worse:max_ratio' | jq -e '.data.result | length > 0'; }
until_true 60 recorded || fail "the recording rules give nothing"
alerted() { curl -sf "http://$prometheus/api/v1/alerts" | jq -e '.data.alerts | any(.labels.alertname == "DiobenchRegression" and .state == "firing")'; }
until_true 60 alerted || fail "the alerting rules do not see the regression"

cat > "$scratch/ask.py" <<'EOF'
import json, math, sys, urllib.parse, urllib.request
server, dashboard = sys.argv[1], json.load(open(sys.argv[2]))
def ask(path, **arguments):
    with urllib.request.urlopen(f"http://{server}/api/v1/{path}?{urllib.parse.urlencode(arguments)}") as answer:
        return json.load(answer)["data"]
def query(expr):
    return ask("query", query=expr)["result"]
wrong, asked = [], 0
for panel in dashboard["panels"]:
    for target in panel.get("targets", []):
        expr = target["expr"]
        for variable in dashboard["templating"]["list"]: expr = expr.replace("$" + variable["name"], ".*")
        asked += 1
        try:
            rows = query(expr)
        except urllib.error.HTTPError as error:
            wrong.append(f"{panel['title']}: {expr}: {error.read().decode()}")
            continue
        if not rows: wrong.append(f"{panel['title']}: nothing for {expr}")
        infinite = [r["metric"] for r in rows if not math.isfinite(float(r["value"][1]))]
        if infinite: wrong.append(f"{panel['title']}: not finite: {expr}: {infinite[0]}")
for variable in dashboard["templating"]["list"]:
    if variable["type"] == "query":
        metric, label = variable["query"]["query"].removeprefix("label_values(").removesuffix(")").split(", ")
        asked += 1
        if not ask(f"label/{label}/values", **{"match[]": metric}): wrong.append(f"variable {variable['name']} has no values")
for annotation in dashboard["annotations"]["list"]:
    asked += 1
    if not query(annotation["expr"]): wrong.append(f"annotation {annotation['name']} has nothing")
groups = ask("rules")["groups"]
rules = [rule for group in groups for rule in group["rules"]]
assert len(rules) >= 17, rules
for rule in rules:
    if rule["health"] != "ok": wrong.append(f"rule {rule['name']}: {rule.get('lastError') or rule['health']}")
    if rule["type"] == "recording" and not query(rule["name"]): wrong.append(f"rule {rule['name']} records nothing")
firing = {alert["labels"]["alertname"] for alert in ask("alerts")["alerts"] if alert["state"] == "firing"}
if firing != {"DiobenchRegression"}: wrong.append(f"firing: {sorted(firing)}")
# What the answers say is what was measured: direct reads are faster than those of fallback, which fill the page cache.
value = lambda expr: float(query(expr)[0]["value"][1])
assert value('diobench:over_fallback:throughput_ratio{kernel="dio",job="diobench"}') > 1
assert value('diobench_page_cache_growth_bytes{kernel="fallback",io="direct",backend="fscache",job="diobench"}') > 1 << 20
assert query('diobench_latency_mean_seconds{job="node"}'), "the node exporter read no textfile"
print(f"{asked} queries, {len(rules)} rules, {len(ask('label/__name__/values'))} names")
if wrong: sys.exit("\n".join(wrong))
EOF
# A scrape that a busy host missed takes all series away until the next one.
ask() { /usr/bin/python3 "$scratch/ask.py" "$prometheus" reports/grafana/diobench.json; }
ask || { sleep 11; ask; } || { sleep 11; ask; }

# A cell disappears: the next run of this suite has one kernel less, and nothing of the other is told any more.
mkdir "$scratch/next"
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
jq --arg now "$now" '.run.id = "next" | .run.started_at = $now | .cells |= map(select(.kernel != "dio"))' "$first/results.json" > "$scratch/next/results.json"
expect_exit 0 "$diobench" history import "$scratch/next"
gone() { [ "$(curl -sfG "http://$prometheus/api/v1/query" --data-urlencode 'query=count(diobench_latency_mean_seconds{job="diobench",kernel="dio"})' | jq '.data.result | length')" = 0 ]; }
until_true 30 gone || fail "a series was left behind in Prometheus"
curl -sf "http://$serve/metrics" > "$scratch/metrics"
! grep -q 'diobench_latency_mean_seconds{kernel="dio"' "$scratch/metrics" || fail "a series was left behind in /metrics"

# Ctrl-C ends serve at once.
kill -INT "${pids[2]}"
code=0
wait "${pids[2]}" || code=$?
[ "$code" = 0 ] || fail "serve ended with $code"
! curl -s "http://$serve/healthz" > /dev/null || fail "something still answers"
