#!/bin/bash
# Deploys an environment: ./deploy-k8s.sh dev|prod
set -e
ENVIRONMENT=${1:-dev}
NAMESPACE=cdb-trading

echo "Validating manifests"
kubectl kustomize k8s/overlays/$ENVIRONMENT > /dev/null
echo "Validated"

if ! kubectl get secret cdb-secrets -n $NAMESPACE > /dev/null 2>&1; then
  echo "Secret cdb-secrets not found"
fi

kubectl apply -k k8s/overlays/$ENVIRONMENT

kubectl wait --for=condition=available deployment/redis -n $NAMESPACE --timeout=120s 2>/dev/null || true
kubectl wait --for=condition=ready statefulset/postgresql -n $NAMESPACE --timeout=120s 2>/dev/null || true
echo "Infrastructure ready"
kubectl wait --for=condition=available deployment --all -n $NAMESPACE --timeout=300s 2>/dev/null || true
echo "Deployment complete"
