#!/usr/bin/env bash
# Deploys one environment of Claire de Binare: infrastructure, migrations, services, each of them waited for.
# deploy-k8s.ps1 is the same for PowerShell. The options and exit codes are in --help.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=kubectl-calls.sh
source "$here/kubectl-calls.sh"

# Every call of kubectl, in its order; deploy-k8s.ps1 holds the same lines, and a test compares them. A word in
# braces is filled in, and a line with {workload} is called for each workload of its layer.
readonly calls='
client-version         version --client --output=json
current-context        config current-context
server                 config view --minify --output=jsonpath={.clusters[0].cluster.server}
api-ready              get --raw=/readyz --request-timeout=20s
priorities             get priorityclasses cdb-critical cdb-standard --ignore-not-found --output=name
render-infrastructure  kustomize {overlay}/infrastructure
render-migrations      kustomize {overlay}/migrations
render-services        kustomize {overlay}/services
namespace              get namespace {namespace} --ignore-not-found --output={labels}
managers               get deployments,statefulsets,services --namespace={namespace} --no-headers --output={managers}
create-namespace       apply --server-side --field-manager=cdb-deploy --filename={folder}/namespace.yaml
secret-cdb-secrets     get secret cdb-secrets --namespace={namespace} --ignore-not-found --output={keys}
secret-grafana-admin   get secret grafana-admin --namespace={namespace} --ignore-not-found --output={keys}
find-job               get job cdb-migrate --namespace={namespace} --ignore-not-found --output={job}
check-infrastructure   apply --server-side --field-manager=cdb-deploy --dry-run=server --output=name --filename={folder}/infrastructure.yaml
check-migrations       apply --server-side --field-manager=cdb-deploy --dry-run=server --output=name --filename={folder}/migrations.yaml
check-services         apply --server-side --field-manager=cdb-deploy --dry-run=server --output=name --filename={folder}/services.yaml
apply-infrastructure   apply --server-side --field-manager=cdb-deploy --filename={folder}/infrastructure.yaml
wait-infrastructure    rollout status {workload} --namespace={namespace} --timeout={timeout}s
delete-job             delete job cdb-migrate --namespace={namespace} --cascade=foreground --timeout={timeout}s
apply-migrations       apply --server-side --field-manager=cdb-deploy --filename={folder}/migrations.yaml
wait-migrations        wait --for=condition=complete {workload} --namespace={namespace} --timeout=5s
apply-services         apply --server-side --field-manager=cdb-deploy --filename={folder}/services.yaml
wait-services          rollout status {workload} --namespace={namespace} --timeout={timeout}s
watch-pods             get pods --namespace={namespace} --selector={ours} --no-headers --output={pods}
watch-endpoints        get endpointslices --namespace={namespace} --selector={ours} --no-headers --output={endpoints}
summary                get deployments,statefulsets,jobs --namespace={namespace} --selector={ours}
'

# What is asked about a workload that does not become ready.
readonly diagnoses='
describe               describe {workload} --namespace={namespace}
pods                   get pods --namespace={namespace} --selector=app.kubernetes.io/name={name} --output=wide
events                 get events --namespace={namespace} --sort-by=.lastTimestamp
logs                   logs --namespace={namespace} --selector=app.kubernetes.io/name={name} --all-containers --prefix --tail=40
'

# The keys that each Secret must have; SECRETS_GUIDE.md says how they are made.
readonly secrets='
cdb-secrets    database-password-ws database-password-signal database-password-risk database-password-execution
cdb-secrets    database-password-db-writer database-password-control database-password-read
cdb-secrets    database-password-backup database-password-admin
cdb-secrets    redis-password-ws redis-password-signal redis-password-risk redis-password-execution
cdb-secrets    redis-password-db-writer redis-password-migrate
grafana-admin  admin-user admin-password
'

readonly exit_secrets=4 exit_unhealthy=6
readonly sample_seconds=5

usage() {
  cat <<'END'
Deploys one environment of Claire de Binare: infrastructure, migrations, services.

usage: deploy-k8s.sh --environment dev|prod [options]

  --environment dev|prod  the overlay that is deployed
  --context NAME          context of the kubeconfig; the current one if none is given
  --dry-run               render, verify and let the server check everything, but change nothing
  --yes                   do not ask before deploying to prod
  --ignore-gitops         deploy although Flux or Argo CD manages the objects, and take their fields over
  --timeout SECONDS       the longest wait for one workload (300)
  --watch SECONDS         how long the pods are watched when all is rolled out (30)
  --help                  this text

It can be run again at any time: what is as it should be stays untouched. An absent namespace is made; the Secrets
are not (SECRETS_GUIDE.md).

exit codes: 0 done, 2 wrong options, 3 refused, 4 Secrets incomplete, 5 not confirmed, 6 unhealthy after the rollout;
when kubectl fails, its exit code.
END
}

assume_yes=no watch=30 complaint='' job_state='' job_differs=no secret_problems='' restarts_before=''

parse_options() {
  while (($# > 0)); do
    case $1 in
      --dry-run) dry_run=yes ;;
      --yes) assume_yes=yes ;;
      --ignore-gitops) ignore_gitops=yes ;;
      --help) usage; exit 0 ;;
      --environment | --context | --timeout | --watch)
        (($# > 1)) || fail "$exit_options" "$1 needs a value"
        printf -v "${1#--}" '%s' "$2"
        shift
        ;;
      *) fail "$exit_options" "unknown option $1; --help lists them" ;;
    esac
    shift
  done
  [[ $watch =~ ^[0-9]{1,4}$ ]] || fail "$exit_options" '--watch must be a number of seconds from 0 to 9999'
}

# Runs the call: stdout becomes $answer, stderr $complaint, the exit code $last_code.
attempt() {
  fill
  last_code=0
  answer=$("${command[@]}" 2>"$folder/stderr") || last_code=$?
  complaint=$(<"$folder/stderr")
}

confirm() {
  [[ $environment == prod && $dry_run == no && $assume_yes == no ]] || return 0
  ask_for prod "Deploy to prod: namespace $namespace, context $context?"
}

# The classes that the pods name are of the cluster, and so are made once by its admin.
judge_priorities() {
  local word
  for word in $arguments; do
    [[ $word != cdb-* ]] || grep -q "/$word\$" <<<"$answer" ||
      fail "$exit_refused" "PriorityClass $word is absent; once per cluster: kubectl apply -k $here/cluster"
  done
}

create_namespace() {
  confirm
  [[ $namespace_state == absent ]] || return 0
  [[ $dry_run == no ]] ||
    fail "$exit_refused" "namespace $namespace is absent, so that the server can check nothing in it: run this without --dry-run"
  change
}

# Collects the keys that a Secret lacks; all of them are told at once.
judge_secret() {
  local secret=${step#secret-} name row key missing=''
  while read -r name row; do
    [[ $name == "$secret" ]] || continue
    for key in $row; do
      grep -qxF -- "$key" <<<"$answer" || missing+=" $key"
    done
  done <<<"$secrets"
  [[ -z $missing ]] || secret_problems+="Secret $namespace/$secret lacks:$missing"$'\n'
}

judge_secrets() {
  [[ -z $secret_problems ]] || fail "$exit_secrets" "${secret_problems}SECRETS_GUIDE.md says how they are made"
}

# A Job cannot be changed: one that has failed, or has finished and differs, is deleted before the new one.
check_layer() {
  local layer=${step#check-}
  attempt
  if ((last_code != 0)) && [[ $layer == migrations && $complaint == *'field is immutable'* ]]; then
    [[ $job_state == *Complete* || $job_state == *Failed* ]] ||
      fail "$last_code" 'Job cdb-migrate still runs, and the new one differs: run this again when it has ended'
    job_differs=yes
    answer=job.batch/cdb-migrate
  else
    [[ -z $complaint ]] || warn "$complaint"
    ((last_code == 0)) || fail "$last_code" "step $step: ${command[*]}"
  fi
  [[ $layer != migrations || $job_state != *Failed* ]] || job_differs=yes
  printf '%s\n' "$answer" >"$folder/$layer.names"
}

# The workloads of a layer that are of the kinds in $2.
workloads_of() {
  sed -nE "s#^(($2)[a-z0-9.]*/[a-z0-9.-]+).*#\1#p" "$folder/$1.names"
}

wait_for_rollouts() {
  local list
  list=$(workloads_of "${step#wait-}" 'deployment|statefulset|daemonset')
  while read -r -u 4 workload; do
    [[ -n $workload ]] || continue
    if [[ $dry_run == yes ]]; then
      change
      continue
    fi
    say "  $workload"
    attempt
    ((last_code == 0)) || give_up
  done 4<<<"$list"
}

# A Job that fails never completes, so it is waited for in slices and looked at between them.
wait_for_jobs() {
  local list deadline
  list=$(workloads_of migrations job)
  while read -r -u 4 workload; do
    [[ -n $workload ]] || continue
    if [[ $dry_run == yes ]]; then
      change
      continue
    fi
    say "  $workload"
    deadline=$((SECONDS + timeout))
    attempt
    while ((last_code != 0)); do
      look_at_job
      [[ $job_state == *' '* && $job_state != *Failed* ]] || give_up
      ((SECONDS < deadline)) || give_up
      attempt
    done
  done 4<<<"$list"
}

# Asks for the state of the Job again; the call that is waited with, and what it said, stay as they are.
look_at_job() {
  local waited=$step waited_arguments=$arguments waited_code=$last_code waited_complaint=$complaint
  step=find-job
  arguments=$(awk '$1 == "find-job" { sub(/^[^ ]+ +/, ""); print }' <<<"$calls")
  query
  job_state=$answer
  step=$waited arguments=$waited_arguments last_code=$waited_code complaint=$waited_complaint
}

# Shows why a workload is not ready, then ends the run with the exit code of the wait.
give_up() {
  local code=$last_code failed=$step
  warn "$complaint"
  while read -r -u 5 step arguments; do
    [[ -n $step ]] || continue
    attempt
    warn "--- $step of $workload"
    tail -n 40 <<<"$answer" >&2
    ((last_code == 0)) || warn "${command[*]} ended with exit code $last_code: $complaint"
  done 5<<<"$diagnoses"
  fail "$code" "step $failed: $workload has not become ready (at most $timeout seconds were waited)"
}

# Every pod that is to stay must be ready, and none may start again while they are watched.
judge_pods() {
  local name phase ready restarts deleted unready='' total=0 count
  while read -r name phase ready restarts deleted; do
    [[ -n $name && $deleted == '<none>' ]] || continue
    [[ $phase == Pending || $phase == Running ]] || continue
    [[ $phase == Running && $ready =~ ^true(,true)*$ ]] || unready+=" $name ($phase, ready: $ready)"
    for count in ${restarts//,/ }; do
      [[ $count == '<none>' ]] || total=$((total + count))
    done
  done <<<"$answer"
  [[ -z $unready ]] || fail "$exit_unhealthy" "pods that are not ready:$unready"
  [[ -n $restarts_before ]] || restarts_before=$total
  ((total <= restarts_before)) || fail "$exit_unhealthy" "containers have started again: $((total - restarts_before))"
}

watch_pods() {
  local left=$watch nap
  query
  judge_pods
  while ((left > 0)); do
    nap=$((left < sample_seconds ? left : sample_seconds))
    left=$((left - nap))
    sleep "$nap"
    query
    judge_pods
  done
  say "  every pod is ready, and none has started again in $watch seconds"
}

judge_endpoints() {
  local service ready missing=''
  while read -r service ready; do
    [[ -z $service || $ready == *true* ]] || missing+=" $service"
  done <<<"$answer"
  [[ -z $missing ]] || fail "$exit_unhealthy" "Services without a ready endpoint:$missing"
  say '  every Service has a ready endpoint'
}

# Does what the line of $step asks for.
perform() {
  case $step in
    priorities) query; judge_priorities ;;
    create-namespace) create_namespace ;;
    secret-cdb-secrets) query; judge_secret ;;
    secret-grafana-admin) query; judge_secret; judge_secrets ;;
    find-job) query; job_state=$answer ;;
    check-*) check_layer ;;
    delete-job) if [[ $job_differs == yes ]]; then change; fi ;;
    apply-*) change ;;
    wait-migrations) wait_for_jobs ;;
    wait-*) wait_for_rollouts ;;
    watch-pods) if [[ $dry_run == no ]]; then watch_pods; fi ;;
    watch-endpoints) if [[ $dry_run == no ]]; then query; judge_endpoints; fi ;;
    summary) if [[ $dry_run == no ]]; then query; say "$answer"; fi ;;
    *) perform_first ;;
  esac
}

parse_options "$@"
run_calls "$here" "$calls"
if [[ $dry_run == yes ]]; then say 'dry run: nothing was changed'; else say "deployed $environment to $namespace"; fi
