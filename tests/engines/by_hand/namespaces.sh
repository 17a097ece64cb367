#!/usr/bin/env bash
# Faults of a network, by hand and as root: sweeps in three network namespaces, whose runs meet on a git daemon.
# Each fault gets a sweep of its own (asha); at the end every trial must have one result, and the trials must be
# those that the strategy proposes without faults (proposals.py).
#
#     PYTHON=.venv/bin/python tests/engines/by_hand/namespaces.sh [FAULT ...]
#     ENGINE=workers PYTHON=... tests/engines/by_hand/namespaces.sh [FAULT ...]
#
# ENGINE: dask, or workers: `git track worker` in a clone of its own in two of the namespaces.
# FAULT: worker trial cable remote coordinator two clock (default: worker); scheduler (dask); stop (workers)
# clock: a worker that is 10 minutes ahead is killed, and the other one is 10 minutes behind.
#
# Results, with Dask 2026.8 and git 2.39: 13 results of 13 trials, proposed as without faults, for each of the eight
# faults of dask; for the clock with workers also: the trials that run have the right state and age.  With workers
# and 12 trials: 12 results for worker, trial and cable (2 attempts were lost), and for remote, coordinator and two
# (none was lost); a stop from another clone took 13 s.
set -u
if [ -z "${INSIDE:-}" ]; then # in namespaces of its own, so that nothing outside is seen, changed or left
  INSIDE=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc "$0" "$@"
fi
mkdir -p /run/netns; mount -t tmpfs none /run/netns; ip link set lo up
ENGINE=${ENGINE:-dask}
PYTHON=${PYTHON:-python3}
ROOT=$(cd "$(dirname "$0")/../../.." && pwd)
SCRATCH=$(mktemp -d /tmp/gittrack-ns-XXXX)
export PYTHONPATH=$ROOT:$SCRATCH/clock
export HOME=$SCRATCH/home XDG_CACHE_HOME=$SCRATCH/cache
mkdir -p "$HOME" "$SCRATCH/clock"
# Python imports this module when it starts; it moves the clock.
cat >"$SCRATCH/clock/sitecustomize.py" <<'PY'
import os, time
if ahead := int(os.environ.get("CLOCK_AHEAD", 0)):
    now, now_ns = time.time, time.time_ns
    time.time, time.time_ns = lambda: now() + ahead, lambda: now_ns() + ahead * 10**9
PY
declare -A AHEAD=() # seconds, by namespace
git config --global user.name Ada; git config --global user.email ada@example.org
PIDS=()

track() { "$PYTHON" -m gittrack "$@"; }
# A process in the background is `ip netns exec ... &`, so that $! is its own id.
in_ns() { ip netns exec "gt-$1" "${@:2}"; }

network() {
  ip link add gt-br type bridge; ip link set gt-br up
  local n=1
  for ns in head b c; do
    ip netns add gt-$ns
    ip link add gt-$ns type veth peer name eth0 netns gt-$ns
    ip link set gt-$ns master gt-br up
    in_ns $ns ip addr add 10.77.0.$n/24 dev eth0
    in_ns $ns ip link set eth0 up; in_ns $ns ip link set lo up
    n=$((n + 1))
  done
}

end() {
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null; done
  for ns in head b c; do
    for pid in $(ip netns pids gt-$ns 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
    ip netns del gt-$ns 2>/dev/null; ip link del gt-$ns 2>/dev/null
  done
  ip link del gt-br 2>/dev/null
  rm -rf "$SCRATCH"
}
trap end EXIT

daemon() {
  ip netns exec gt-head git daemon --listen=10.77.0.1 --base-path="$SCRATCH" --export-all --enable=receive-pack --reuseaddr \
    >/dev/null 2>&1 &
  DAEMON=$!; PIDS+=("$DAEMON")
}

scheduler() {
  ip netns exec gt-head "$PYTHON" -m distributed.cli.dask_scheduler --host 10.77.0.1 --port 8786 --no-dashboard \
    >"$SCRATCH/scheduler.log" 2>&1 &
  SCHEDULER=$!; PIDS+=("$SCHEDULER")
}

worker() { # NAMESPACE
  if [ "$ENGINE" = workers ]; then joined "$1"; return; fi
  CLOCK_AHEAD=${AHEAD[$1]:-0} ip netns exec "gt-$1" "$PYTHON" -m distributed.cli.dask_worker tcp://10.77.0.1:8786 --nthreads 2 --no-dashboard \
    --no-nanny --local-directory "$SCRATCH/dask-$1" >"$SCRATCH/worker-$1.log" 2>&1 &
  eval "WORKER_$1=$!"; PIDS+=("$!")
}

joined() { # NAMESPACE: a worker in a clone of its own, once the sweep is there
  local clone=$SCRATCH/clone-$1 commit
  until [ -d "$clone" ] || in_ns "$1" git clone -q git://10.77.0.1/origin.git "$clone"; do sleep 1; done
  commit=$(git rev-parse "$(git for-each-ref --format='%(refname)' 'refs/sweeps/2*' | tail -1)") || return
  (cd "$clone" && exec ip netns exec "gt-$1" env CLOCK_AHEAD="${AHEAD[$1]:-0}" XDG_CACHE_HOME="$SCRATCH/cache-$1" XDG_STATE_HOME="$SCRATCH/state-$1" \
    "$PYTHON" -m gittrack worker @ -j 2 --trust "$commit") >>"$SCRATCH/worker-$1.log" 2>&1 &
  eval "WORKER_$1=$!"; PIDS+=("$!")
}

engine() {
  if [ "$ENGINE" = dask ]; then echo --engine dask --scheduler tcp://10.77.0.1:8786 --meet remote
  else echo --engine workers --meet remote; fi
}

sweep() { # SECONDS: begin a sweep in the background, and wait until two trials have ended
  : >"$SCRATCH/sweep.log"
  # shellcheck disable=SC2046
  ip netns exec gt-head "$PYTHON" -m gittrack sweep sweep.yaml $(engine) -- \
    sh train.sh "$1" '{overrides}' >"$SCRATCH/sweep.log" 2>&1 &
  SWEEP=$!; PIDS+=("$SWEEP")
  if [ "$ENGINE" = workers ]; then
    until grep -q "runs meet" "$SCRATCH/sweep.log"; do sleep 0.5; kill -0 $SWEEP 2>/dev/null || break; done
    sleep 1; joined b; joined c
  fi
  until grep -q "^\[2[]/]" "$SCRATCH/sweep.log"; do sleep 0.5; kill -0 $SWEEP 2>/dev/null || break; done
}

resume() {
  # shellcheck disable=SC2046
  in_ns head "$PYTHON" -m gittrack sweep resume @ $(engine) >"$SCRATCH/resume.log" 2>&1
}

check() { # FAULT
  if result=$("$PYTHON" "$ROOT/tests/engines/by_hand/proposals.py" 2>&1); then
    echo "$1: $result; attempts that were lost: $(grep -c 'runs again' "$SCRATCH/sweep.log")"
  else echo "$1: FAILED: $result"; cat "$SCRATCH/sweep.log"; fi
}

ages() { # while trials run: none has vanished, and none is older than the sweep
  track sweep show @ --json >"$SCRATCH/show.json" 2>/dev/null
  "$PYTHON" - "$SCRATCH/show.json" <<'PY'
import json, sys
running = [trial for trial in json.load(open(sys.argv[1]))["trials"] if trial["order"] is None]
wrong = [trial for trial in running if trial["status"] != "running" or not 0 <= (trial["duration"] or 0) < 300]
print(f"clock: {len(running)} trials are shown as running, with a wrong state or age: {wrong}")
PY
}

fault() {
  case $1 in
    worker) sweep 3; kill -9 "$WORKER_b"; sleep 2; worker b; wait $SWEEP ;;
    trial) sweep 3; sleep 3; for pid in $(ip netns pids gt-b); do
        grep -qz "^sleep" "/proc/$pid/cmdline" 2>/dev/null && kill -9 "$pid"; done; wait $SWEEP ;;
    cable) sweep 3; ip link set gt-b down; sleep 75; ip link set gt-b up; wait $SWEEP
      kill -0 "$WORKER_b" 2>/dev/null || [ "$ENGINE" = workers ] || { worker b; sleep 6; } ;; # a worker of Dask gives up
    remote) sweep 3; for pid in $(ip netns pids gt-head); do
        grep -qz "daemon" "/proc/$pid/cmdline" 2>/dev/null && kill "$pid"; done; sleep 20; daemon; wait $SWEEP ;;
    coordinator) sweep 3; kill -9 $SWEEP; resume ;;
    two) sweep 5; rm -rf "$SCRATCH/other"
      in_ns head git clone -q git://10.77.0.1/origin.git "$SCRATCH/other"
      (cd "$SCRATCH/other" && git config user.name B && git config user.email b@b &&
        git config remote.origin.gittrackPush git://10.77.0.1/origin.git && in_ns head "$PYTHON" -m gittrack pull >/dev/null &&
        in_ns head "$PYTHON" -m gittrack sweep resume @ --trust "$(git rev-parse "$(git for-each-ref \
          --format='%(refname)' 'refs/sweeps/2*' | tail -1)")" $(engine)) >"$SCRATCH/resume.log" 2>&1
      wait $SWEEP; grep -h "another process runs" "$SCRATCH/sweep.log"; in_ns head "$PYTHON" -m gittrack pull >/dev/null 2>&1 ;;
    clock) AHEAD=([b]=600 [c]=-600)
      [ "$ENGINE" = workers ] || { kill -9 "$WORKER_b" "$WORKER_c"; sleep 2; worker b; worker c; sleep 6; }
      sweep 16; sleep 13; ages; AHEAD=(); kill -9 "$WORKER_b"; sleep 2; worker b; wait $SWEEP
      [ "$ENGINE" = workers ] || { kill -9 "$WORKER_c"; sleep 2; worker c; sleep 6; } ;;
    stop) sweep 30; sleep 2; date +%s >"$SCRATCH/asked"
      (cd "$SCRATCH/clone-b" && in_ns b "$PYTHON" -m gittrack sweep stop @ --now --remote origin)
      wait $SWEEP; echo "stopped after $(($(date +%s) - $(cat "$SCRATCH/asked"))) s"; return ;;
    scheduler) sweep 3; kill -9 $SCHEDULER; wait $SWEEP; scheduler; sleep 3; worker b; worker c; sleep 5; resume ;;
  esac
  check "$1"
}

network
git init -q --bare "$SCRATCH/origin.git"
mkdir "$SCRATCH/project"; cd "$SCRATCH/project" || exit 1
git init -q
cat >train.sh <<'SH'
for word; do case $word in x=*) echo "{\"loss\": ${word#x=}}" >> "$GITTRACK_METRICS" ;; esac; done
exec sleep "$1"
SH
cat >sweep.yaml <<'YAML'
method: asha
metric: {name: loss, goal: minimize}
run_cap: 14
resource: {name: epochs, min: 1, max: 9, eta: 3}
parameters: {x: {min: 0.0, max: 1.0}}
YAML
git add .; git commit -qm first
git remote add origin git://10.77.0.1/origin.git
git config remote.origin.gittrackPush git://10.77.0.1/origin.git
daemon
[ "$ENGINE" = workers ] || scheduler
sleep 3; in_ns head git push -q origin HEAD
[ "$ENGINE" = workers ] || { worker b; worker c; sleep 6; }
for name in "${@:-worker}"; do fault "$name"; done
