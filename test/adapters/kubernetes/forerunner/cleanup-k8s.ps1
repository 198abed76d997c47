# Removes an environment: ./cleanup-k8s.ps1 -Environment dev|prod|all
param([string]$Environment = "dev")
$Namespace = "cdb-trading"

if ($Environment -eq "all") {
    kubectl delete namespace $Namespace
} else {
    kubectl delete all,configmap,secret,pvc -l environment=$Environment -n $Namespace 2>$null
}
Write-Host "Cleanup complete"
