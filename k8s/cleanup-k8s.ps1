# Removes one environment of Claire de Binare from the cluster of a kubeconfig context. Volumes, Secrets and the
# namespace stay unless -DeleteData is given. cleanup-k8s.sh is the same for Bash.
#Requires -Version 7.2
[CmdletBinding()]
param(
    [string] $Environment = '',
    [string] $Context = '',
    [switch] $DryRun,
    [switch] $Yes,
    [switch] $IgnoreGitops,
    [switch] $DeleteData,
    [string] $Timeout = '300',
    [switch] $Help
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

. "$PSScriptRoot/kubectl-calls.ps1"

# Every call of kubectl, in its order; cleanup-k8s.sh holds the same lines, and a test compares them. A word in
# braces is filled in. The kinds of the leftovers hold no data: no volume, no Secret, no namespace.
$calls = @'
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
'@

# Kinds that hold data, or the keys to it: they are taken out of what is deleted by file.
$dataKinds = 'Namespace', 'PersistentVolumeClaim', 'Secret', 'SealedSecret', 'ExternalSecret', 'Cluster'
$exitLeftovers = 6

$usage = @'
Removes one environment of Claire de Binare. Volumes, Secrets and the namespace stay unless asked for.

usage: cleanup-k8s.ps1 -Environment dev|prod [options]

  -Environment dev|prod  the overlay that is removed
  -Context NAME          context of the kubeconfig; the current one if none is given
  -DryRun                show what would be deleted, but delete nothing
  -Yes                   do not ask before deleting; the data is asked for all the same
  -IgnoreGitops          delete although Flux or Argo CD manages the objects
  -DeleteData            delete the volumes, the Secrets and the namespace too, after a sentence that is typed
  -Timeout SECONDS       the longest wait for one deletion (300)
  -Help                  this text

exit codes: 0 done, 2 wrong options, 3 refused, 5 not confirmed, 6 something is left over; when kubectl fails, its
exit code.
'@

# A namespace in which others live too is nobody's to clean up.
function Test-Stranger {
    if ($answer -cne '') { Stop-Run $exitRefused "namespace $namespace is shared; it also holds:`n$answer" }
}

function Test-Retention {
    foreach ($line in ($answer -split '\r?\n')) {
        $name, $deleted = $line.Trim() -split '\s+', 2
        if ($deleted -cne 'Delete' -or $DeleteData) { continue }
        Stop-Run $exitRefused "StatefulSet $name takes its volumes with it (whenDeleted: Delete): set Retain first"
    }
}

function Confirm-Removal {
    if ($DryRun) { return }
    if (-not $Yes) { Confirm-Text $Environment "Remove ${Environment}: namespace $namespace, context ${Context}?" }
    if ($DeleteData) {
        Confirm-Text "delete the data of $namespace" 'The volumes above and all they hold go for good.'
    }
}

function Show-Answer {
    if ($answer -ceq '') { Write-Line 'none' } else { Write-Line $answer }
}

function Show-Volume {
    if ($DeleteData) { Write-Line '  to be deleted:' } else { Write-Line '  kept:' }
    Show-Answer
    Confirm-Removal
}

function Remove-Layer {
    $file = Join-Path $folder "$($step.Substring('delete-'.Length)).yaml"
    $rest = Get-Document $false $dataKinds $file
    [System.IO.File]::WriteAllText($file, $rest)
    if ($rest -cne '') { Invoke-Change } else { Write-Line '  nothing but data' }
}

function Test-Leftover {
    if ($answer -cne '') { Stop-Run $exitLeftovers "left over in ${namespace}:`n$answer" }
}

# Does what the line of $step asks for.
function Invoke-Step {
    if ($namespaceState -ceq 'absent') { return }
    switch -Wildcard -CaseSensitive ($step) {
        'strangers' { Invoke-Query; Test-Stranger; break }
        'retention' { Invoke-Query; Test-Retention; break }
        'volumes' { Invoke-Query; Show-Volume; break }
        'delete-leftovers' { Invoke-Change; break }
        'leftovers' { if (-not $DryRun) { Invoke-Query; Test-Leftover }; break }
        'delete-namespace' { if ($DeleteData) { Invoke-Change }; break }
        'delete-*' { Remove-Layer; break }
        'kept' { if (-not $DryRun -and -not $DeleteData) { Invoke-Query; Show-Answer }; break }
        default { Invoke-FirstStep }
    }
}

if ($Help) {
    Write-Line $usage
    exit 0
}
Invoke-Calls $PSScriptRoot $calls
if ($namespaceState -ceq 'absent') {
    Write-Line "namespace $namespace is absent: there is nothing to remove"
} elseif ($DryRun) {
    Write-Line 'dry run: nothing was deleted'
} else {
    Write-Line "removed $Environment from $namespace"
}
