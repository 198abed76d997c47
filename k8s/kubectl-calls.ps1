# What deploy-k8s.ps1 and cleanup-k8s.ps1 share: how a line of their calls becomes a call of kubectl, and the steps
# that both begin with. kubectl-calls.sh is the same for Bash.
#Requires -Version 7.2
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
# The exit code of each call is looked at below; newer versions would end the run before that.
$PSNativeCommandUseErrorActionPreference = $false
[Console]::OutputEncoding = [System.Text.UTF8Encoding]::new()

$exitOptions = 2
$exitRefused = 3
$exitUnconfirmed = 5
$kubectlMinorMin = 27

$folder = ''
$overlay = ''
$namespace = ''
$namespaceState = ''
$workload = ''
$step = ''
$arguments = ''
$answer = ''
$lastCode = 0
$command = @()

function Write-Line([string] $Text) {
    [Console]::Out.WriteLine($Text)
}

function Write-Complaint([string] $Text) {
    [Console]::Error.WriteLine($Text)
}

# Ends the run with an exit code, and says what went wrong.
function Stop-Run([int] $Code, [string] $Text) {
    Write-Complaint "failed: $Text"
    exit $Code
}

# What stands for a word in braces.
function Get-Value([string] $Name) {
    switch -CaseSensitive ($Name) {
        'overlay' { return $overlay }
        'folder' { return $folder }
        'namespace' { return $namespace }
        'workload' { return $workload }
        'name' { return ($workload -replace '^[^/]*/', '') }
        'timeout' { return $Timeout }
        'ours' { return 'app.kubernetes.io/part-of=claire-de-binare' }
        'own' { return "app.kubernetes.io/part-of=claire-de-binare,app.kubernetes.io/instance=$Environment" }
        'others' { return 'app.kubernetes.io/part-of!=claire-de-binare' }
        'labels' { return 'jsonpath={.metadata.labels.app\.kubernetes\.io/part-of}/{.metadata.labels.app\.kubernetes\.io/instance}' }
        'keys' { return 'go-template={{range $key, $value := .data}}{{println $key}}{{end}}' }
        'job' { return 'jsonpath={.metadata.name} {.status.conditions[*].type}' }
        'managers' { return 'custom-columns=KIND:.kind,NAME:.metadata.name,FLUX:.metadata.labels.kustomize\.toolkit\.fluxcd\.io/name,ARGO:.metadata.annotations.argocd\.argoproj\.io/tracking-id,INSTANCE:.metadata.labels.argocd\.argoproj\.io/instance' }
        'pods' { return 'custom-columns=NAME:.metadata.name,PHASE:.status.phase,READY:.status.containerStatuses[*].ready,RESTARTS:.status.containerStatuses[*].restartCount,DELETED:.metadata.deletionTimestamp' }
        'endpoints' { return 'custom-columns=SERVICE:.metadata.labels.kubernetes\.io/service-name,READY:.endpoints[*].conditions.ready' }
        'retention' { return 'custom-columns=NAME:.metadata.name,DELETED:.spec.persistentVolumeClaimRetentionPolicy.whenDeleted' }
        default { Stop-Run $exitRefused "nothing is known of {$Name}" }
    }
}

# Makes the command of $arguments: they are parted at spaces first, then what stands in braces is filled in.
function Set-Command {
    $script:command = @(foreach ($word in ($arguments.Trim() -split ' +')) {
            [regex]::Replace($word, '\{([a-z]+)\}', { param($found) Get-Value $found.Groups[1].Value })
        })
    if ($step -cnotmatch '^(client-version|current-context|render-.*)$') {
        $script:command += "--context=$Context"
    }
    if ($step -cmatch '^(create-namespace|check-.*|apply-.*)$' -and $IgnoreGitops) {
        $script:command += '--force-conflicts'
    }
}

# Runs the call, and ends the run with its exit code when it fails. What it says on stderr is seen at once.
function Invoke-Query {
    Set-Command
    $lines = & kubectl @command
    $script:lastCode = $LASTEXITCODE
    $script:answer = @($lines) -join "`n"
    if ($lastCode -ne 0) { Stop-Run $lastCode "step ${step}: kubectl $command" }
}

# Runs a call that changes something; in a dry run it is only shown.
function Invoke-Change {
    if ($DryRun) {
        Set-Command
        Write-Line "  would run: kubectl $command"
        return
    }
    Invoke-Query
    if ($answer -cne '') { Write-Line $answer }
}

# The documents of a file whose kind is among some, or is not.
function Get-Document([bool] $Wanted, [string[]] $Kinds, [string] $File) {
    $text = [System.IO.File]::ReadAllText($File)
    $documents = @($text -split '(?m)^---\r?\n' | Where-Object { $_.Trim() -cne '' } | Where-Object {
            $kind = if ($_ -cmatch '(?m)^kind: (\S+)') { $Matches[1] } else { '' }
            ($Kinds -ccontains $kind) -eq $Wanted
        })
    return ($documents | ForEach-Object { "---`n$_" }) -join ''
}

function Test-Version {
    if ($answer -cnotmatch '"gitVersion": *"v1\.([0-9]+)\.') {
        Stop-Run $exitRefused "the version of kubectl is not understood: $answer"
    }
    if ([int] $Matches[1] -lt $kubectlMinorMin) {
        Stop-Run $exitRefused "kubectl is 1.$($Matches[1]); at least 1.$kubectlMinorMin is needed"
    }
}

# Keeps what was rendered, and finds the namespace in it.
function Save-Render {
    $layer = $step.Substring('render-'.Length)
    if ($answer -ceq '') { Stop-Run $exitRefused "$overlay/$layer renders nothing" }
    $file = Join-Path $folder "$layer.yaml"
    [System.IO.File]::WriteAllText($file, "$answer`n")
    if ($layer -cne 'infrastructure') { return }
    $document = Get-Document $true @('Namespace') $file
    [System.IO.File]::WriteAllText((Join-Path $folder 'namespace.yaml'), $document)
    $names = @([regex]::Matches($document, '(?m)^  name: (\S+)') | ForEach-Object { $_.Groups[1].Value })
    if ($names.Count -ne 1 -or $names[0] -cnotmatch '^[a-z0-9-]+$') {
        Stop-Run $exitRefused "$overlay/$layer does not render one Namespace"
    }
    $script:namespace = $names[0]
}

# Only a namespace that carries the labels of this environment is touched.
function Test-Namespace {
    if ($answer -ceq '') {
        $script:namespaceState = 'absent'
    } elseif ($answer -ceq "claire-de-binare/$Environment") {
        $script:namespaceState = 'present'
    } elseif ($answer -clike 'claire-de-binare/*') {
        $other = $answer -replace '^[^/]*/', ''
        Stop-Run $exitRefused "namespace $namespace is labeled for environment '$other', not $Environment"
    } else {
        Stop-Run $exitRefused "namespace $namespace lacks the label $(Get-Value 'ours'): it belongs to somebody else"
    }
    Write-Line "  namespace $namespace ($namespaceState), environment $Environment"
}

# Flux labels what it applies; Argo CD annotates or labels it.
function Test-Manager {
    foreach ($line in ($answer -split "`n")) {
        $kind, $name, $marks = $line.Trim() -split '\s+', 3
        if ($kind -ceq '' -or $marks -cmatch '^(<none>\s*)+$' -or $IgnoreGitops) { continue }
        Stop-Run $exitRefused "$kind $name is managed by Flux or Argo CD: change it in Git, or suspend them and give -IgnoreGitops"
    }
}

# The steps that both scripts begin with.
function Invoke-FirstStep {
    switch -Wildcard -CaseSensitive ($step) {
        'client-version' { Invoke-Query; Test-Version; break }
        'current-context' { if ($Context -ceq '') { Invoke-Query; $script:Context = $answer }; break }
        'server' { Invoke-Query; Write-Line "  context $Context, server $answer"; break }
        'api-ready' { Invoke-Query; break }
        'render-*' { Invoke-Query; Save-Render; break }
        'namespace' { Invoke-Query; Test-Namespace; break }
        'managers' { if ($namespaceState -ceq 'present') { Invoke-Query; Test-Manager }; break }
        default { Stop-Run $exitRefused "nothing is known of step $step" }
    }
}

# Asks for a text to be typed; any other, or none, ends the run.
function Confirm-Text([string] $Text, [string] $Question) {
    [Console]::Out.Write("$Question Type ""$Text"" to go on: ")
    $typed = [Console]::In.ReadLine()
    if ($null -eq $typed) { Write-Complaint '(no answer)' }
    if ($typed -cne $Text) { Stop-Run $exitUnconfirmed 'not confirmed; nothing was changed' }
}

# Performs every line of the calls, with the overlay of the environment below a folder.
function Invoke-Calls([string] $Root, [string] $Calls) {
    if (-not (@('dev', 'prod') -ccontains $Environment)) { Stop-Run $exitOptions '-Environment must be dev or prod' }
    if ($Timeout -cnotmatch '^[1-9][0-9]{0,4}$') {
        Stop-Run $exitOptions '-Timeout must be a number of seconds from 1 to 99999'
    }
    if ($null -eq (Get-Command kubectl -CommandType Application -ErrorAction Ignore)) {
        Stop-Run $exitRefused 'kubectl is not on the PATH: https://kubernetes.io/docs/tasks/tools/'
    }
    $script:overlay = "$Root/overlays/$Environment"
    if (-not (Test-Path -LiteralPath $overlay -PathType Container)) { Stop-Run $exitRefused "there is no $overlay" }
    $script:folder = Join-Path ([System.IO.Path]::GetTempPath()) "cdb-$([guid]::NewGuid())"
    $null = New-Item -ItemType Directory -Path $folder
    try {
        foreach ($line in ($Calls -split '\r?\n')) {
            if ($line.Trim() -ceq '') { continue }
            $script:step, $script:arguments = $line -split ' +', 2
            Write-Line $step
            Invoke-Step
        }
    } finally {
        Remove-Item -LiteralPath $folder -Recurse -Force
    }
}
