#!/usr/bin/env bash
# A Slurm cluster of one node on this machine, for one command; by hand and as root.  Nothing outside changes: the
# packages, /etc and /var of the cluster are in an overlay, in namespaces of their own.
#
#     PYTHON=.venv/bin/python tests/engines/by_hand/slurm_node.sh [COMMAND ...]
#
# COMMAND is tests/engines/by_hand/slurm_faults.py unless it is given, such as `bash` to look around.  DEBS is a
# folder with the packages, which are downloaded by apt-get if it is empty.
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
export PYTHON=${PYTHON:-python3} DEBS=${DEBS:-/tmp/gittrack-slurm-packages}
case $PYTHON in */*) PYTHON=$(cd "$(dirname "$PYTHON")" && pwd)/$(basename "$PYTHON") ;; esac

download() {
  mkdir -p "$DEBS"
  ls "$DEBS"/*.deb >/dev/null 2>&1 || apt-get install -y --no-install-recommends --download-only --reinstall \
    -o Dir::Cache::archives="$DEBS" slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge >/dev/null
}

overlay() { # in the new namespaces: enter a copy of / that takes all writes, but /tmp and /work are the real ones
  hostname node1
  mount --make-rprivate /
  ip link set lo up; ip link add d0 type veth peer name d1; ip addr add 10.88.0.1/24 dev d0; ip link set d0 up
  local top=$TOP
  mount -t tmpfs none "$top"
  mkdir "$top/upper" "$top/work" "$top/root"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$top/upper,workdir=$top/work" "$top/root"
  mount -t proc proc "$top/root/proc"
  for name in sys dev tmp; do mount --rbind "/$name" "$top/root/$name"; done
  local package
  for package in "$DEBS"/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$top/root"
  done
  exec chroot "$top/root" "$HERE/slurm_node.sh" --inside "$@"
}

start() {
  local program
  for program in /usr/sbin/slurm*-wlm; do ln -sf "$program" "${program%-wlm}"; done
  ldconfig
  mkdir -p /etc/slurm /var/spool/slurmctld /var/spool/slurmd /run/munge /var/log/slurm
  chmod 0700 /etc/munge /var/log/munge; chmod 0711 /var/lib/munge
  printf '127.0.0.1 localhost\n10.88.0.1 node1\n' >/etc/hosts
  head -c 1024 /dev/urandom >/etc/munge/munge.key; chmod 400 /etc/munge/munge.key
  munged --force
  cat >/etc/slurm/slurm.conf <<END
ClusterName=one
SlurmctldHost=node1
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
SlurmctldLogFile=/var/log/slurm/slurmctld.log
SlurmdLogFile=/var/log/slurm/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=20
MinJobAge=10
KillWait=10
MaxArraySize=101
NodeName=node1 CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=node1 Default=YES MaxTime=INFINITE State=UP
END
  slurmctld
  slurmd
  local try
  for try in $(seq 100); do sinfo -h -o %T 2>/dev/null | grep -q idle && return; sleep 0.2; done
  echo "the node did not come up" >&2
  exit 1
}

case ${1:-} in
  --overlay) shift; overlay "$@" ;;
  --inside) shift; start; "$@" ;;
  *)
    download
    [ $# -gt 0 ] || set -- "$PYTHON" "$HERE/slurm_faults.py"
    TOP=$(mktemp -d /tmp/gittrack-slurm-XXXX)
    export TOP
    trap 'rmdir "$TOP"' EXIT
    unshare --mount --pid --net --uts --fork --kill-child "$HERE/slurm_node.sh" --overlay "$@"
    ;;
esac
