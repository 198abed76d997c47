import type { Check } from './check.ts'
import { alertRuleChecks } from './checks/alert-rules.ts'
import { argoOrderChecks } from './checks/argo-order.ts'
import { argoProjectChecks } from './checks/argo-projects.ts'
import { argoSyncChecks } from './checks/argo-sync.ts'
import { argumentChecks } from './checks/arguments.ts'
import { clusterNameChecks } from './checks/cluster-names.ts'
import { configHashChecks } from './checks/config-hash.ts'
import { configValueChecks } from './checks/config-values.ts'
import { credentialChecks } from './checks/credentials.ts'
import { disruptionChecks } from './checks/disruption.ts'
import { documentChecks } from './checks/documents.ts'
import { environmentContractChecks } from './checks/environment-contract.ts'
import { externalSecretChecks } from './checks/external-secrets.ts'
import { flowChecks } from './checks/flows.ts'
import { fluxImageChecks } from './checks/flux-images.ts'
import { fluxNotificationChecks } from './checks/flux-notifications.ts'
import { fluxRightsChecks } from './checks/flux-rights.ts'
import { fluxScheduleChecks } from './checks/flux-schedule.ts'
import { fluxSourceChecks } from './checks/flux-sources.ts'
import { gitopsEngineChecks } from './checks/gitops-engines.ts'
import { gitopsInventoryChecks } from './checks/gitops-inventories.ts'
import { gitopsLayerChecks } from './checks/gitops-layers.ts'
import { gitopsProtectionChecks } from './checks/gitops-protection.ts'
import { gitopsSchemaChecks } from './checks/gitops-schema.ts'
import { grafanaChecks } from './checks/grafana.ts'
import { imageChecks } from './checks/images.ts'
import { jobChecks } from './checks/jobs.ts'
import { keyContractChecks } from './checks/key-contract.ts'
import { labelChecks } from './checks/labels.ts'
import { lifecycleChecks } from './checks/lifecycle.ts'
import { namingChecks } from './checks/naming.ts'
import { networkPolicyChecks } from './checks/network-policies.ts'
import { placeholderChecks } from './checks/placeholders.ts'
import { podIdentityChecks } from './checks/pod-identity.ts'
import { podSecurityChecks } from './checks/pod-security.ts'
import { probeChecks } from './checks/probes.ts'
import { prometheusChecks } from './checks/prometheus.ts'
import { quotaChecks } from './checks/quota.ts'
import { rbacChecks } from './checks/rbac.ts'
import { referenceChecks } from './checks/references.ts'
import { renderChecks } from './checks/render.ts'
import { replicaChecks } from './checks/replicas.ts'
import { resourceChecks } from './checks/resources.ts'
import { rootFilesystemChecks } from './checks/root-filesystem.ts'
import { scalingChecks } from './checks/scaling.ts'
import { schedulingChecks } from './checks/scheduling.ts'
import { schemaChecks } from './checks/schema.ts'
import { scriptCleanupChecks } from './checks/scripts-cleanup.ts'
import { scriptNameChecks } from './checks/scripts-names.ts'
import { scriptParityChecks } from './checks/scripts-parity.ts'
import { scriptChecks } from './checks/scripts.ts'
import { sealedSecretChecks } from './checks/sealed-secrets.ts'
import { secretContractChecks } from './checks/secret-contract.ts'
import { secretChecks } from './checks/secrets.ts'
import { selectorChecks } from './checks/selectors.ts'
import { serviceLinkChecks } from './checks/service-links.ts'
import { servicePortChecks } from './checks/service-ports.ts'
import { volumeChecks } from './checks/volumes.ts'

const GROUPS = 'RWXSGD'

/** Every static check, by group and number. */
export const checks: readonly Check[] = [
  ...alertRuleChecks,
  ...argoOrderChecks,
  ...argoProjectChecks,
  ...argoSyncChecks,
  ...argumentChecks,
  ...clusterNameChecks,
  ...configHashChecks,
  ...configValueChecks,
  ...credentialChecks,
  ...disruptionChecks,
  ...documentChecks,
  ...environmentContractChecks,
  ...externalSecretChecks,
  ...flowChecks,
  ...fluxImageChecks,
  ...fluxNotificationChecks,
  ...fluxRightsChecks,
  ...fluxScheduleChecks,
  ...fluxSourceChecks,
  ...gitopsEngineChecks,
  ...gitopsInventoryChecks,
  ...gitopsLayerChecks,
  ...gitopsProtectionChecks,
  ...gitopsSchemaChecks,
  ...grafanaChecks,
  ...imageChecks,
  ...jobChecks,
  ...keyContractChecks,
  ...labelChecks,
  ...lifecycleChecks,
  ...namingChecks,
  ...networkPolicyChecks,
  ...placeholderChecks,
  ...podIdentityChecks,
  ...podSecurityChecks,
  ...probeChecks,
  ...prometheusChecks,
  ...quotaChecks,
  ...rbacChecks,
  ...referenceChecks,
  ...renderChecks,
  ...replicaChecks,
  ...resourceChecks,
  ...rootFilesystemChecks,
  ...scalingChecks,
  ...schedulingChecks,
  ...schemaChecks,
  ...scriptCleanupChecks,
  ...scriptNameChecks,
  ...scriptParityChecks,
  ...scriptChecks,
  ...sealedSecretChecks,
  ...secretContractChecks,
  ...secretChecks,
  ...selectorChecks,
  ...serviceLinkChecks,
  ...servicePortChecks,
  ...volumeChecks,
].toSorted((left, right) => placeOf(left) - placeOf(right))

/** `W03` comes after `R10` and before `W04`. */
function placeOf({ id }: Check): number {
  return GROUPS.indexOf(id.slice(0, 1)) * 100 + Number(id.slice(1))
}
