import type { RatedProblem } from '../audit-outcome.ts'
import type { AuditInput, Check, Problem } from '../check.ts'
import { customJudgeOf } from '../custom-schemas.ts'
import { groupOf, titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { judgeObject } from '../schemas.ts'
import { documentsOf, isYamlPath } from '../yaml-text.ts'

/** R02, R03: objects as the API server would take them. */
export const schemaChecks: readonly Check[] = [
  {
    id: 'R02',
    severity: 'blocker',
    title: 'Every file and object is valid: strict YAML, the schema of its kind, no unknown field',
    run: (input) => [...yamlProblems(input), ...schemaProblems(input)],
  },
  {
    id: 'R03',
    severity: 'high',
    title: 'No API version is removed or deprecated, in objects and in documents',
    run: (input) => [...objectVersions(input), ...documentVersions(input)],
  },
]

const yamlProblems = ({ files }: AuditInput): readonly Problem[] =>
  files
    .filter(({ path }) => isYamlPath(path))
    .flatMap((file) =>
      documentsOf(file)
        .flatMap(({ faults }) => faults)
        .map(({ line, message }) => ({
          ...{ file: file.path, line, object: '' },
          message: `is not strict YAML: ${message.split('\n')[0] ?? ''}`,
          mend: 'mend the line',
        })),
    )

/** Each object once, though many builds hold it. */
function everyObject({ builds, gitops }: AuditInput): readonly Manifest[] {
  const objects = [...builds.flatMap(({ manifests }) => manifests), ...gitops]
  return [...new Map(objects.map((each) => [JSON.stringify(each.value), each])).values()]
}

function schemaProblems(input: AuditInput): readonly RatedProblem[] {
  const objects = everyObject(input)
  const judgeCustom = customJudgeOf(objects)
  return objects.flatMap((manifest): readonly RatedProblem[] => {
    const { file, line, apiVersion, kind, name } = manifest
    const place = { file, ...(line > 0 ? { line } : {}), object: titleOf(manifest) }
    if (name === '') return [{ ...place, message: 'has no metadata.name', mend: 'give it a name' }]
    const faults = judgeCustom(manifest) ?? judgeObject(manifest)
    if (faults === null) {
      const message = `there is no schema for ${kind} of ${apiVersion}, so nothing says that it is valid`
      return [{ ...place, severity: 'medium', message, mend: 'try it: kubectl apply --dry-run=server' }]
    }
    return faults.map(({ path, message }) => ({
      ...place,
      message: `${path.slice(1).replaceAll('/', '.')} ${message}`,
      mend: `see: kubectl explain ${kind.toLowerCase()}${path.replaceAll(/\/\d+(?=\/|$)/g, '').replaceAll('/', '.')}`,
    }))
  })
}

type Removal = Readonly<{ kinds: readonly string[] | 'all'; instead: string }>

/** Versions that Kubernetes 1.34 to 1.36, Flux 2.9 and others of their time do not serve, or warn of. */
const REMOVED: Readonly<Record<string, Removal>> = {
  'extensions/v1beta1': { kinds: 'all', instead: 'apps/v1, networking.k8s.io/v1' },
  'apps/v1beta1': { kinds: 'all', instead: 'apps/v1' },
  'apps/v1beta2': { kinds: 'all', instead: 'apps/v1' },
  'batch/v1beta1': { kinds: 'all', instead: 'batch/v1' },
  'batch/v2alpha1': { kinds: 'all', instead: 'batch/v1' },
  'policy/v1beta1': { kinds: 'all', instead: 'policy/v1' },
  'autoscaling/v2beta1': { kinds: 'all', instead: 'autoscaling/v2' },
  'autoscaling/v2beta2': { kinds: 'all', instead: 'autoscaling/v2' },
  'networking.k8s.io/v1beta1': { kinds: ['Ingress', 'IngressClass'], instead: 'networking.k8s.io/v1' },
  'rbac.authorization.k8s.io/v1beta1': { kinds: 'all', instead: 'rbac.authorization.k8s.io/v1' },
  'apiextensions.k8s.io/v1beta1': { kinds: 'all', instead: 'apiextensions.k8s.io/v1' },
  'apiregistration.k8s.io/v1beta1': { kinds: 'all', instead: 'apiregistration.k8s.io/v1' },
  'scheduling.k8s.io/v1beta1': { kinds: 'all', instead: 'scheduling.k8s.io/v1' },
  'storage.k8s.io/v1beta1': { kinds: ['StorageClass', 'CSIDriver', 'CSINode'], instead: 'storage.k8s.io/v1' },
  'coordination.k8s.io/v1beta1': { kinds: ['Lease'], instead: 'coordination.k8s.io/v1' },
  'discovery.k8s.io/v1beta1': { kinds: 'all', instead: 'discovery.k8s.io/v1' },
  'events.k8s.io/v1beta1': { kinds: 'all', instead: 'events.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta1': { kinds: 'all', instead: 'flowcontrol.apiserver.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta2': { kinds: 'all', instead: 'flowcontrol.apiserver.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta3': { kinds: 'all', instead: 'flowcontrol.apiserver.k8s.io/v1' },
  v1: { kinds: ['Endpoints', 'ComponentStatus'], instead: 'discovery.k8s.io/v1 EndpointSlice' },
  'source.toolkit.fluxcd.io/v1beta1': { kinds: 'all', instead: 'source.toolkit.fluxcd.io/v1' },
  'source.toolkit.fluxcd.io/v1beta2': { kinds: 'all', instead: 'source.toolkit.fluxcd.io/v1' },
  'kustomize.toolkit.fluxcd.io/v1beta1': { kinds: 'all', instead: 'kustomize.toolkit.fluxcd.io/v1' },
  'kustomize.toolkit.fluxcd.io/v1beta2': { kinds: 'all', instead: 'kustomize.toolkit.fluxcd.io/v1' },
  'helm.toolkit.fluxcd.io/v2beta1': { kinds: 'all', instead: 'helm.toolkit.fluxcd.io/v2' },
  'helm.toolkit.fluxcd.io/v2beta2': { kinds: 'all', instead: 'helm.toolkit.fluxcd.io/v2' },
  'image.toolkit.fluxcd.io/v1beta1': { kinds: 'all', instead: 'image.toolkit.fluxcd.io/v1' },
  'image.toolkit.fluxcd.io/v1beta2': { kinds: 'all', instead: 'image.toolkit.fluxcd.io/v1' },
  'notification.toolkit.fluxcd.io/v1beta1': { kinds: 'all', instead: 'v1 for Receiver, v1beta3 for others' },
  'notification.toolkit.fluxcd.io/v1beta2': { kinds: 'all', instead: 'v1 for Receiver, v1beta3 for others' },
  'external-secrets.io/v1alpha1': {
    kinds: ['ExternalSecret', 'SecretStore', 'ClusterSecretStore'],
    instead: 'external-secrets.io/v1',
  },
  'external-secrets.io/v1beta1': { kinds: 'all', instead: 'external-secrets.io/v1' },
  'gateway.networking.k8s.io/v1alpha2': {
    kinds: ['Gateway', 'GatewayClass', 'HTTPRoute', 'GRPCRoute', 'ReferenceGrant'],
    instead: 'gateway.networking.k8s.io/v1',
  },
  'gateway.networking.k8s.io/v1beta1': {
    kinds: ['Gateway', 'GatewayClass', 'HTTPRoute'],
    instead: 'gateway.networking.k8s.io/v1',
  },
}

function removalOf(apiVersion: string, kind: string): Removal | null {
  const removal = Object.hasOwn(REMOVED, apiVersion) ? REMOVED[apiVersion] : undefined
  return removal !== undefined && (removal.kinds === 'all' || removal.kinds.includes(kind)) ? removal : null
}

const objectVersions = (input: AuditInput): readonly Problem[] =>
  everyObject(input).flatMap((manifest) => {
    const removal = removalOf(manifest.apiVersion, manifest.kind)
    if (removal === null || groupOf(manifest) === 'kustomize.config.k8s.io') return []
    const { file, line, apiVersion, kind } = manifest
    const place = { file, ...(line > 0 ? { line } : {}), object: titleOf(manifest) }
    return [{ ...place, message: `${kind} of ${apiVersion} is not served`, mend: `write ${removal.instead}` }]
  })

const SNIPPET = new RegExp(
  String.raw`^[ \t]*apiVersion:[ \t]*["']?(?<version>[\w./-]+)["']?[ \t]*\n` +
    String.raw`(?:[ \t]*#.*\n)*[ \t]*kind:[ \t]*["']?(?<kind>\w+)`,
  'gm',
)

/** Objects in documents: whoever copies them gets what the cluster refuses. */
const documentVersions = ({ files }: AuditInput): readonly Problem[] =>
  files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(SNIPPET)].flatMap(({ groups, index }) => {
        const { version = '', kind = '' } = groups ?? {}
        const removal = removalOf(version, kind)
        if (removal === null) return []
        return [
          {
            ...{ file: path, line: text.slice(0, index).split('\n').length, object: '' },
            message: `the document shows ${kind} of ${version}, which is not served`,
            mend: `write ${removal.instead}`,
          },
        ]
      }),
    )
