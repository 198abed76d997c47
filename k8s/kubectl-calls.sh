# What deploy-k8s.sh and cleanup-k8s.sh share: how a line of their calls becomes a call of kubectl, and the steps
# that both begin with. kubectl-calls.ps1 is the same for PowerShell.
# shellcheck shell=bash
set -euo pipefail
unset CDPATH

readonly exit_options=2 exit_refused=3 exit_unconfirmed=5
readonly kubectl_minor_min=27

environment='' context='' dry_run=no ignore_gitops=no timeout=300
folder='' overlay='' namespace='' namespace_state='' workload=''
step='' arguments='' answer='' last_code=0
command=()

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# Ends the run with an exit code, and says what went wrong.
fail() {
  local code=$1
  shift
  warn "failed: $*"
  exit "$code"
}

# What stands for a word in braces.
value_of() {
  case $1 in
    overlay) printf '%s' "$overlay" ;;
    folder) printf '%s' "$folder" ;;
    namespace) printf '%s' "$namespace" ;;
    workload) printf '%s' "$workload" ;;
    name) printf '%s' "${workload#*/}" ;;
    timeout) printf '%s' "$timeout" ;;
    ours) printf '%s' 'app.kubernetes.io/part-of=claire-de-binare' ;;
    own) printf '%s' "app.kubernetes.io/part-of=claire-de-binare,app.kubernetes.io/instance=$environment" ;;
    others) printf '%s' 'app.kubernetes.io/part-of!=claire-de-binare' ;;
    labels) printf '%s' 'jsonpath={.metadata.labels.app\.kubernetes\.io/part-of}/{.metadata.labels.app\.kubernetes\.io/instance}' ;;
    keys) printf '%s' "go-template={{range \$key, \$value := .data}}{{println \$key}}{{end}}" ;;
    job) printf '%s' 'jsonpath={.metadata.name} {.status.conditions[*].type}' ;;
    managers) printf '%s' 'custom-columns=KIND:.kind,NAME:.metadata.name,FLUX:.metadata.labels.kustomize\.toolkit\.fluxcd\.io/name,ARGO:.metadata.annotations.argocd\.argoproj\.io/tracking-id,INSTANCE:.metadata.labels.argocd\.argoproj\.io/instance' ;;
    pods) printf '%s' 'custom-columns=NAME:.metadata.name,PHASE:.status.phase,READY:.status.containerStatuses[*].ready,RESTARTS:.status.containerStatuses[*].restartCount,DELETED:.metadata.deletionTimestamp' ;;
    endpoints) printf '%s' 'custom-columns=SERVICE:.metadata.labels.kubernetes\.io/service-name,READY:.endpoints[*].conditions.ready' ;;
    retention) printf '%s' 'custom-columns=NAME:.metadata.name,DELETED:.spec.persistentVolumeClaimRetentionPolicy.whenDeleted' ;;
    *) fail "$exit_refused" "nothing is known of {$1}" ;;
  esac
}

# Makes the command of $arguments: they are parted at spaces first, then what stands in braces is filled in.
fill() {
  local words word begun value
  read -r -a words <<<"$arguments"
  command=(kubectl)
  for word in "${words[@]}"; do
    begun=''
    while [[ $word =~ ^([^{]*)\{([a-z]+)\}(.*)$ ]]; do
      word=${BASH_REMATCH[3]}
      begun+=${BASH_REMATCH[1]}
      value=$(value_of "${BASH_REMATCH[2]}")
      begun+=$value
    done
    command+=("$begun$word")
  done
  case $step in
    client-version | current-context | render-*) ;;
    *) command+=("--context=$context") ;;
  esac
  case $step in
    create-namespace | check-* | apply-*) if [[ $ignore_gitops == yes ]]; then command+=(--force-conflicts); fi ;;
  esac
}

# Runs the call, and ends the run with its exit code when it fails. What it says on stderr is seen at once.
query() {
  fill
  last_code=0
  answer=$("${command[@]}") || last_code=$?
  ((last_code == 0)) || fail "$last_code" "step $step: ${command[*]}"
}

# Runs a call that changes something; in a dry run it is only shown.
change() {
  if [[ $dry_run == yes ]]; then
    fill
    say "  would run: ${command[*]}"
    return
  fi
  query
  [[ -z $answer ]] || say "$answer"
}

# The documents of a file whose kind is among some, or is not: documents_of yes|no ' Kind Kind ' FILE
documents_of() {
  awk -v wanted="$1" -v kinds="$2" '
    function flush() {
      if (text != "" && (index(kinds, " " kind " ") > 0) == (wanted == "yes")) printf "---\n%s", text
      text = ""
      kind = ""
    }
    $0 == "---" { flush(); next }
    /^kind: / { kind = $2 }
    { text = text $0 "\n" }
    END { flush() }
  ' "$3"
}

judge_version() {
  local pattern='"gitVersion": *"v1\.([0-9]+)\.'
  [[ $answer =~ $pattern ]] || fail "$exit_refused" "the version of kubectl is not understood: $answer"
  ((BASH_REMATCH[1] >= kubectl_minor_min)) ||
    fail "$exit_refused" "kubectl is 1.${BASH_REMATCH[1]}; at least 1.$kubectl_minor_min is needed"
}

# Keeps what was rendered, and finds the namespace in it.
keep_render() {
  local layer=${step#render-}
  [[ -n $answer ]] || fail "$exit_refused" "$overlay/$layer renders nothing"
  printf '%s\n' "$answer" >"$folder/$layer.yaml"
  [[ $layer == infrastructure ]] || return 0
  documents_of yes ' Namespace ' "$folder/$layer.yaml" >"$folder/namespace.yaml"
  namespace=$(sed -n 's/^  name: //p' "$folder/namespace.yaml")
  [[ $namespace =~ ^[a-z0-9-]+$ ]] || fail "$exit_refused" "$overlay/$layer does not render one Namespace"
}

# Only a namespace that carries the labels of this environment is touched.
judge_namespace() {
  case $answer in
    '') namespace_state=absent ;;
    "claire-de-binare/$environment") namespace_state=present ;;
    claire-de-binare/*) fail "$exit_refused" "namespace $namespace is labeled for environment '${answer#*/}', not $environment" ;;
    *) fail "$exit_refused" "namespace $namespace lacks the label $(value_of ours): it belongs to somebody else" ;;
  esac
  say "  namespace $namespace ($namespace_state), environment $environment"
}

# Flux labels what it applies; Argo CD annotates or labels it.
judge_managers() {
  local kind name marks
  while read -r kind name marks; do
    [[ -n $kind && ! $marks =~ ^(<none>[[:space:]]*)+$ && $ignore_gitops == no ]] || continue
    fail "$exit_refused" "$kind $name is managed by Flux or Argo CD: change it in Git, or suspend them and give --ignore-gitops"
  done <<<"$answer"
}

# The steps that both scripts begin with.
perform_first() {
  case $step in
    client-version) query; judge_version ;;
    current-context) if [[ -z $context ]]; then query; context=$answer; fi ;;
    server) query; say "  context $context, server $answer" ;;
    api-ready) query ;;
    render-*) query; keep_render ;;
    namespace) query; judge_namespace ;;
    managers) if [[ $namespace_state == present ]]; then query; judge_managers; fi ;;
    *) fail "$exit_refused" "nothing is known of step $step" ;;
  esac
}

# Asks for a text to be typed; any other, or none, ends the run.
ask_for() {
  local typed=''
  printf '%s Type "%s" to go on: ' "$2" "$1"
  read -r typed || warn '(no answer)'
  [[ $typed == "$1" ]] || fail "$exit_unconfirmed" 'not confirmed; nothing was changed'
}

# Performs every line of the calls in $2, with the overlay of the environment below $1.
run_calls() {
  [[ $environment == dev || $environment == prod ]] || fail "$exit_options" '--environment must be dev or prod'
  [[ $timeout =~ ^[1-9][0-9]{0,4}$ ]] || fail "$exit_options" '--timeout must be a number of seconds from 1 to 99999'
  command -v kubectl >/dev/null || fail "$exit_refused" 'kubectl is not on the PATH: https://kubernetes.io/docs/tasks/tools/'
  overlay=$1/overlays/$environment
  [[ -d $overlay ]] || fail "$exit_refused" "there is no $overlay"
  folder=$(mktemp -d)
  trap 'rm -rf -- "$folder"' EXIT
  while read -r -u 3 step arguments; do
    [[ -n $step ]] || continue
    say "$step"
    perform
  done 3<<<"$2"
}
