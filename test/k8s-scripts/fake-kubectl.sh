#!/usr/bin/env bash
# Stands in for kubectl: logs its arguments, one call a line and parted by tabs, and answers from the files of
# $FAKE_KUBECTL. `answers/NAME` is what it says to a call, `answers/NAME.2` to the second of that name,
# `answers/NAME.stderr` what it complains of and `answers/NAME.code` its exit code. The call with the number
# $FAKE_KUBECTL_FAILS_AT ends with 7.
set -euo pipefail

answers=$FAKE_KUBECTL/answers

log() {
  local IFS=$'\t'
  printf '%s\n' "$*" >>"$FAKE_KUBECTL/calls"
}

# The name is left in $name; nothing here starts a process, for tests run this some thousand times.
name_of() {
  case "$*" in
    version*) name=client-version ;;
    'config current-context'*) name=current-context ;;
    'config view'*) name=server ;;
    'get --raw=/readyz'*) name=api-ready ;;
    'get priorityclasses '*) name=priorities ;;
    kustomize*) name=render-${2##*/} ;;
    'get namespace '*) name=namespace ;;
    'get deployments,statefulsets,services '*) name=managers ;;
    'get deployments,statefulsets,daemonsets,cronjobs '*) name=strangers ;;
    'get statefulsets '*) name=retention ;;
    'get persistentvolumeclaims '*) name=volumes ;;
    'get secret '*) name=secret-$3 ;;
    'get job '*) name=find-job ;;
    'get endpointslices '*) name=watch-endpoints ;;
    'get pods '*) name=watch-pods ;;
    'get deployments,statefulsets,jobs '*) name=summary ;;
    'get deployments,statefulsets,jobs,'*) name=leftovers ;;
    'apply '*'/namespace.yaml '*) name=create-namespace ;;
    'apply '*--dry-run=server*) name=check-$layer ;;
    'apply '*) name=apply-$layer ;;
    'rollout status '*) name=rollout-${3#*/} ;;
    'wait '*) name=wait-migrations ;;
    *) name=$1-${2//\//-} ;;
  esac
}

show() {
  local text=''
  IFS= read -r -d '' text <"$1" || [[ -n $text ]] || return 0
  printf '%s' "$text"
}

log "$@"
mapfile -t calls <"$FAKE_KUBECTL/calls"
if ((${FAKE_KUBECTL_FAILS_AT:-0} == ${#calls[@]})); then
  echo 'fault on purpose' >&2
  exit 7
fi
layer=''
for word in "$@"; do
  if [[ $word == --filename=* ]]; then
    file=${word#--filename=}
    layer=${file##*/}
    # What is applied or deleted is kept, so that a test can look at it.
    show "$file" >"$FAKE_KUBECTL/seen-$1-$layer"
    layer=${layer%.yaml}
  fi
done
name_of "$@"
echo "$name" >>"$FAKE_KUBECTL/names"
mapfile -t names <"$FAKE_KUBECTL/names"
count=0
for each in "${names[@]}"; do
  if [[ $each == "$name" ]]; then count=$((count + 1)); fi
done
if [[ -f $answers/$name.$count ]]; then
  show "$answers/$name.$count"
elif [[ -f $answers/$name ]]; then
  show "$answers/$name"
fi
if [[ -f $answers/$name.stderr ]]; then show "$answers/$name.stderr" >&2; fi
if [[ -f $answers/$name.code ]]; then exit "$(<"$answers/$name.code")"; fi
