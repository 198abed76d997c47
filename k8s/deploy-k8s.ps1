# Deploys one environment of Claire de Binare: infrastructure, migrations, services, each of them waited for.
# deploy-k8s.sh is the same for Bash. The options and exit codes are in -Help.
#Requires -Version 7.2
[CmdletBinding()]
param(
    [string] $Environment = '',
    [string] $Context = '',
    [switch] $DryRun,
    [switch] $Yes,
    [switch] $IgnoreGitops,
    [string] $Timeout = '300',
    [string] $Watch = '30',
    [switch] $Help
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

. "$PSScriptRoot/kubectl-calls.ps1"

# Every call of kubectl, in its order; deploy-k8s.sh holds the same lines, and a test compares them. A word in
# braces is filled in, and a line with {workload} is called for each workload of its layer.
$calls = @'
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
'@

# What is asked about a workload that does not become ready.
$diagnoses = @'
describe               describe {workload} --namespace={namespace}
pods                   get pods --namespace={namespace} --selector=app.kubernetes.io/name={name} --output=wide
events                 get events --namespace={namespace} --sort-by=.lastTimestamp
logs                   logs --namespace={namespace} --selector=app.kubernetes.io/name={name} --all-containers --prefix --tail=40
'@

# The keys that each Secret must have; SECRETS_GUIDE.md says how they are made.
$secrets = @'
cdb-secrets    database-password-ws database-password-signal database-password-risk database-password-execution
cdb-secrets    database-password-db-writer database-password-control database-password-read
cdb-secrets    database-password-backup database-password-admin
cdb-secrets    redis-password-ws redis-password-signal redis-password-risk redis-password-execution
cdb-secrets    redis-password-db-writer redis-password-migrate
grafana-admin  admin-user admin-password
'@

$exitSecrets = 4
$exitUnhealthy = 6
$sampleSeconds = 5

$usage = @'
Deploys one environment of Claire de Binare: infrastructure, migrations, services.

usage: deploy-k8s.ps1 -Environment dev|prod [options]

  -Environment dev|prod  the overlay that is deployed
  -Context NAME          context of the kubeconfig; the current one if none is given
  -DryRun                render, verify and let the server check everything, but change nothing
  -Yes                   do not ask before deploying to prod
  -IgnoreGitops          deploy although Flux or Argo CD manages the objects, and take their fields over
  -Timeout SECONDS       the longest wait for one workload (300)
  -Watch SECONDS         how long the pods are watched when all is rolled out (30)
  -Help                  this text

It can be run again at any time: what is as it should be stays untouched. An absent namespace is made; the Secrets
are not (SECRETS_GUIDE.md).

exit codes: 0 done, 2 wrong options, 3 refused, 4 Secrets incomplete, 5 not confirmed, 6 unhealthy after the rollout;
when kubectl fails, its exit code.
'@

$complaint = ''
$jobState = ''
$jobDiffers = $false
$secretProblems = ''
$restartsBefore = -1

# Runs the call: stdout becomes $answer, stderr $complaint, the exit code $lastCode.
function Invoke-Attempt {
    Set-Command
    $file = Join-Path $folder 'stderr'
    [System.IO.File]::WriteAllText($file, '')
    $lines = & kubectl @command 2> $file
    $script:lastCode = $LASTEXITCODE
    $script:answer = @($lines) -join "`n"
    $script:complaint = [System.IO.File]::ReadAllText($file).TrimEnd()
}

function Confirm-Deployment {
    if ($Environment -cne 'prod' -or $DryRun -or $Yes) { return }
    Confirm-Text 'prod' "Deploy to prod: namespace $namespace, context ${Context}?"
}

# The classes that the pods name are of the cluster, and so are made once by its admin.
function Test-Priority {
    foreach ($word in ($arguments -split ' +')) {
        if ($word -cnotlike 'cdb-*' -or $answer -cmatch "(?m)/$word$") { continue }
        Stop-Run $exitRefused "PriorityClass $word is absent; once per cluster: kubectl apply -k $PSScriptRoot/cluster"
    }
}

function New-Namespace {
    Confirm-Deployment
    if ($namespaceState -cne 'absent') { return }
    if ($DryRun) {
        Stop-Run $exitRefused "namespace $namespace is absent, so that the server can check nothing in it: run this without -DryRun"
    }
    Invoke-Change
}

# Collects the keys that a Secret lacks; all of them are told at once.
function Test-Secret {
    $secret = $step.Substring('secret-'.Length)
    $present = $answer -split '\r?\n'
    $missing = ''
    foreach ($line in ($secrets -split '\r?\n')) {
        $name, $row = $line.Trim() -split ' +'
        if ($name -cne $secret) { continue }
        foreach ($key in @($row)) {
            if (-not ($present -ccontains $key)) { $missing += " $key" }
        }
    }
    if ($missing -cne '') { $script:secretProblems += "Secret $namespace/$secret lacks:$missing`n" }
}

function Test-Secrets {
    if ($secretProblems -cne '') { Stop-Run $exitSecrets "${secretProblems}SECRETS_GUIDE.md says how they are made" }
}

# A Job cannot be changed: one that has failed, or has finished and differs, is deleted before the new one.
function Test-Layer {
    $layer = $step.Substring('check-'.Length)
    Invoke-Attempt
    if ($lastCode -ne 0 -and $layer -ceq 'migrations' -and $complaint.Contains('field is immutable')) {
        if ($jobState -cnotmatch 'Complete|Failed') {
            Stop-Run $lastCode 'Job cdb-migrate still runs, and the new one differs: run this again when it has ended'
        }
        $script:jobDiffers = $true
        $script:answer = 'job.batch/cdb-migrate'
    } else {
        if ($complaint -cne '') { Write-Complaint $complaint }
        if ($lastCode -ne 0) { Stop-Run $lastCode "step ${step}: kubectl $command" }
    }
    if ($layer -ceq 'migrations' -and $jobState -cmatch 'Failed') { $script:jobDiffers = $true }
    [System.IO.File]::WriteAllText((Join-Path $folder "$layer.names"), "$answer`n")
}

# The workloads of a layer that are of some kinds.
function Get-Workload([string] $Layer, [string] $Kinds) {
    $names = [System.IO.File]::ReadAllText((Join-Path $folder "$Layer.names"))
    return @([regex]::Matches($names, "(?m)^($Kinds)[a-z0-9.]*/[a-z0-9.-]+") | ForEach-Object { $_.Value })
}

function Wait-Rollout {
    foreach ($each in @(Get-Workload $step.Substring('wait-'.Length) 'deployment|statefulset|daemonset')) {
        $script:workload = $each
        if ($DryRun) {
            Invoke-Change
            continue
        }
        Write-Line "  $workload"
        Invoke-Attempt
        if ($lastCode -ne 0) { Stop-Wait }
    }
}

# A Job that fails never completes, so it is waited for in slices and looked at between them.
function Wait-Job {
    foreach ($each in @(Get-Workload 'migrations' 'job')) {
        $script:workload = $each
        if ($DryRun) {
            Invoke-Change
            continue
        }
        Write-Line "  $workload"
        $waiting = [System.Diagnostics.Stopwatch]::StartNew()
        Invoke-Attempt
        while ($lastCode -ne 0) {
            Read-JobState
            if (-not $jobState.Contains(' ') -or $jobState -cmatch 'Failed') { Stop-Wait }
            if ($waiting.Elapsed.TotalSeconds -ge [int] $Timeout) { Stop-Wait }
            Invoke-Attempt
        }
    }
}

# Asks for the state of the Job again; the call that is waited with, and what it said, stay as they are.
function Read-JobState {
    $waited = $step, $arguments, $lastCode, $complaint
    $script:step = 'find-job'
    $script:arguments = [regex]::Match($calls, '(?m)^find-job +(.*)$').Groups[1].Value.Trim()
    Invoke-Query
    $script:jobState = $answer
    $script:step, $script:arguments, $script:lastCode, $script:complaint = $waited
}

# Shows why a workload is not ready, then ends the run with the exit code of the wait.
function Stop-Wait {
    $code = $lastCode
    $failed = $step
    Write-Complaint $complaint
    foreach ($line in ($diagnoses -split '\r?\n')) {
        if ($line.Trim() -ceq '') { continue }
        $script:step, $script:arguments = $line -split ' +', 2
        Invoke-Attempt
        Write-Complaint "--- $step of $workload"
        Write-Complaint (@($answer -split "`n" | Select-Object -Last 40) -join "`n")
        if ($lastCode -ne 0) { Write-Complaint "kubectl $command ended with exit code ${lastCode}: $complaint" }
    }
    Stop-Run $code "step ${failed}: $workload has not become ready (at most $Timeout seconds were waited)"
}

# Every pod that is to stay must be ready, and none may start again while they are watched.
function Test-Pod {
    $unready = ''
    $total = 0
    foreach ($line in ($answer -split '\r?\n')) {
        $name, $phase, $ready, $restarts, $deleted = $line.Trim() -split '\s+'
        if ($name -ceq '' -or $deleted -cne '<none>' -or $phase -cnotmatch '^(Pending|Running)$') { continue }
        if ($phase -cne 'Running' -or $ready -cnotmatch '^true(,true)*$') { $unready += " $name ($phase, ready: $ready)" }
        foreach ($count in ($restarts -split ',')) {
            if ($count -cne '<none>') { $total += [int] $count }
        }
    }
    if ($unready -cne '') { Stop-Run $exitUnhealthy "pods that are not ready:$unready" }
    if ($restartsBefore -lt 0) { $script:restartsBefore = $total }
    if ($total -gt $restartsBefore) {
        Stop-Run $exitUnhealthy "containers have started again: $($total - $restartsBefore)"
    }
}

function Watch-Pod {
    $left = [int] $Watch
    Invoke-Query
    Test-Pod
    while ($left -gt 0) {
        $nap = [Math]::Min($left, $sampleSeconds)
        $left -= $nap
        Start-Sleep -Seconds $nap
        Invoke-Query
        Test-Pod
    }
    Write-Line "  every pod is ready, and none has started again in $Watch seconds"
}

function Test-Endpoint {
    $missing = ''
    foreach ($line in ($answer -split '\r?\n')) {
        $service, $ready = $line.Trim() -split '\s+', 2
        if ($service -cne '' -and $ready -cnotmatch 'true') { $missing += " $service" }
    }
    if ($missing -cne '') { Stop-Run $exitUnhealthy "Services without a ready endpoint:$missing" }
    Write-Line '  every Service has a ready endpoint'
}

# Does what the line of $step asks for.
function Invoke-Step {
    switch -Wildcard -CaseSensitive ($step) {
        'priorities' { Invoke-Query; Test-Priority; break }
        'create-namespace' { New-Namespace; break }
        'secret-cdb-secrets' { Invoke-Query; Test-Secret; break }
        'secret-grafana-admin' { Invoke-Query; Test-Secret; Test-Secrets; break }
        'find-job' { Invoke-Query; $script:jobState = $answer; break }
        'check-*' { Test-Layer; break }
        'delete-job' { if ($jobDiffers) { Invoke-Change }; break }
        'apply-*' { Invoke-Change; break }
        'wait-migrations' { Wait-Job; break }
        'wait-*' { Wait-Rollout; break }
        'watch-pods' { if (-not $DryRun) { Watch-Pod }; break }
        'watch-endpoints' { if (-not $DryRun) { Invoke-Query; Test-Endpoint }; break }
        'summary' { if (-not $DryRun) { Invoke-Query; Write-Line $answer }; break }
        default { Invoke-FirstStep }
    }
}

if ($Help) {
    Write-Line $usage
    exit 0
}
if ($Watch -cnotmatch '^[0-9]{1,4}$') { Stop-Run $exitOptions '-Watch must be a number of seconds from 0 to 9999' }
Invoke-Calls $PSScriptRoot $calls
if ($DryRun) { Write-Line 'dry run: nothing was changed' } else { Write-Line "deployed $Environment to $namespace" }
