#!/usr/bin/env bash
# Removes one environment of Claire de Binare from the cluster of a kubeconfig context. Volumes, Secrets and the
# namespace stay unless --delete-data is given. cleanup-k8s.ps1 is the same for PowerShell.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=kubectl-calls.sh
source "$here/kubectl-calls.sh"

# Every call of kubectl, in its order; cleanup-k8s.ps1 holds the same lines, and a test compares them. A word in
# braces is filled in. The kinds of the leftovers hold no data: no volume, no Secret, no namespace.
readonly calls='
client-version         version --client --output=json
current-context        config current-context
server                 config view --minify --output=jsonpath={.clusters[0].cluster.server}
api-ready              get --raw=/readyz --request-timeout=20s
render-infrastructure  kustomize {overlay}/infrastructure
render-migrations      kustomize {overlay}/migrations
render-services        kustomize {overlay}/services
namespace              get namespace {namespace} --ignore-not-found --output={labels}
managers               get deployments,statefulsets,services --namespace={namespace} --no-headers --output={managers}
strangers              get deployments,statefulsets,daemonsets,cronjobs --namespace={namespace} --selector={others} --output=name
retention              get statefulsets --namespace={namespace} --no-headers --output={retention}
volumes                get persistentvolumeclaims --namespace={namespace} --output=name
delete-services        delete --filename={folder}/services.yaml --ignore-not-found --timeout={timeout}s
delete-migrations      delete --filename={folder}/migrations.yaml --ignore-not-found --timeout={timeout}s
delete-infrastructure  delete --filename={folder}/infrastructure.yaml --ignore-not-found --timeout={timeout}s
delete-leftovers       delete deployments,statefulsets,jobs,cronjobs,services,configmaps,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,resourcequotas,limitranges --namespace={namespace} --selector={own} --timeout={timeout}s
leftovers              get deployments,statefulsets,jobs,cronjobs,services,configmaps,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,resourcequotas,limitranges --namespace={namespace} --selector={own} --output=name
delete-namespace       delete namespace {namespace} --timeout={timeout}s
kept                   get persistentvolumeclaims --namespace={namespace} --output=name
'

# Kinds that hold data, or the keys to it: they are taken out of what is deleted by file.
readonly data_kinds=' Namespace PersistentVolumeClaim Secret SealedSecret ExternalSecret Cluster '
readonly exit_leftovers=6

usage() {
  cat <<'END'
Removes one environment of Claire de Binare. Volumes, Secrets and the namespace stay unless asked for.

usage: cleanup-k8s.sh --environment dev|prod [options]

  --environment dev|prod  the overlay that is removed
  --context NAME          context of the kubeconfig; the current one if none is given
  --dry-run               show what would be deleted, but delete nothing
  --yes                   do not ask before deleting; the data is asked for all the same
  --ignore-gitops         delete although Flux or Argo CD manages the objects
  --delete-data           delete the volumes, the Secrets and the namespace too, after a sentence that is typed
  --timeout SECONDS       the longest wait for one deletion (300)
  --help                  this text

exit codes: 0 done, 2 wrong options, 3 refused, 5 not confirmed, 6 something is left over; when kubectl fails, its
exit code.
END
}

assume_yes=no delete_data=no

parse_options() {
  while (($# > 0)); do
    case $1 in
      --dry-run) dry_run=yes ;;
      --yes) assume_yes=yes ;;
      --ignore-gitops) ignore_gitops=yes ;;
      --delete-data) delete_data=yes ;;
      --help) usage; exit 0 ;;
      --environment | --context | --timeout)
        (($# > 1)) || fail "$exit_options" "$1 needs a value"
        printf -v "${1#--}" '%s' "$2"
        shift
        ;;
      *) fail "$exit_options" "unknown option $1; --help lists them" ;;
    esac
    shift
  done
}

# A namespace in which others live too is nobody's to clean up.
judge_strangers() {
  [[ -z $answer ]] || fail "$exit_refused" "namespace $namespace is shared; it also holds:"$'\n'"$answer"
}

judge_retention() {
  local name deleted
  while read -r name deleted; do
    [[ $deleted == Delete && $delete_data == no ]] || continue
    fail "$exit_refused" "StatefulSet $name takes its volumes with it (whenDeleted: Delete): set Retain first"
  done <<<"$answer"
}

confirm() {
  [[ $dry_run == no ]] || return 0
  [[ $assume_yes == yes ]] || ask_for "$environment" "Remove $environment: namespace $namespace, context $context?"
  [[ $delete_data == no ]] || ask_for "delete the data of $namespace" "The volumes above and all they hold go for good."
}

show_volumes() {
  if [[ $delete_data == yes ]]; then say '  to be deleted:'; else say '  kept:'; fi
  say "${answer:-none}"
  confirm
}

delete_layer() {
  local layer=${step#delete-}
  documents_of no "$data_kinds" "$folder/$layer.yaml" >"$folder/rest.yaml"
  mv -- "$folder/rest.yaml" "$folder/$layer.yaml"
  if [[ -s $folder/$layer.yaml ]]; then change; else say '  nothing but data'; fi
}

judge_leftovers() {
  [[ -z $answer ]] || fail "$exit_leftovers" "left over in $namespace:"$'\n'"$answer"
}

# Does what the line of $step asks for.
perform() {
  if [[ $namespace_state == absent ]]; then return; fi
  case $step in
    strangers) query; judge_strangers ;;
    retention) query; judge_retention ;;
    volumes) query; show_volumes ;;
    delete-leftovers) change ;;
    leftovers) if [[ $dry_run == no ]]; then query; judge_leftovers; fi ;;
    delete-namespace) if [[ $delete_data == yes ]]; then change; fi ;;
    delete-*) delete_layer ;;
    kept) if [[ $dry_run == no && $delete_data == no ]]; then query; say "${answer:-none}"; fi ;;
    *) perform_first ;;
  esac
}

parse_options "$@"
run_calls "$here" "$calls"
if [[ $namespace_state == absent ]]; then
  say "namespace $namespace is absent: there is nothing to remove"
elif [[ $dry_run == yes ]]; then
  say 'dry run: nothing was deleted'
else
  say "removed $environment from $namespace"
fi
