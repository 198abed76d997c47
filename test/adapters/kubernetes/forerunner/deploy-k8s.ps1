# Deploys an environment: ./deploy-k8s.ps1 -Environment dev|prod
param([string]$Environment = "dev")
$Namespace = "cdb-trading"

try {
    kubectl kustomize k8s/overlays/$Environment | Out-Null
    Write-Host "Validated"
} catch {
    Write-Host "Not valid"
    exit 1
}

kubectl get secret cdb-secrets -n $Namespace 2>$null | Out-Null
kubectl apply -k k8s/overlays/$Environment

try {
    kubectl wait --for=condition=available deployment/redis \
        -n $Namespace --timeout=120s
    kubectl wait --for=condition=ready statefulset/postgresql \
        -n $Namespace --timeout=120s
} catch {
    Write-Host "Not ready"
}
Write-Host "Deployment complete"
