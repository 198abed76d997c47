import type { AuditInput } from '../../../src/adapters/kubernetes/check.ts'
import { sampleBuild, sampleInput, sampleManifests } from './audit-sample.ts'

type Sample = Readonly<{
  /** Objects of Flux and Argo CD, in one file. */
  gitops: string
  /** What the folder builds, by path; an overlay is whole. */
  builds?: Readonly<Record<string, string>>
  /** Other files, by path. */
  files?: Readonly<Record<string, string>>
  settings?: AuditInput['settings']
}>

/** An audited folder with objects of GitOps and what they point at. */
export const gitopsInput = ({ gitops, builds = {}, files = {}, settings = {} }: Sample): AuditInput =>
  sampleInput('', {
    environments: ['dev', 'prod'],
    builds: Object.entries(builds).map(([path, text]) => {
      const [, environment = null, layer] = /^overlays\/([^/]+)(?:\/(.+))?$/.exec(path) ?? []
      return sampleBuild(text, { path, environment, isWhole: environment !== null && layer === undefined })
    }),
    gitops: sampleManifests(gitops, 'flux/gitops.yaml'),
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    settings,
  })

/** A Git repository that Flux reads; `spec` is further fields as YAML, one a line. */
export const repositoryText = (
  name = 'app',
  url = 'https://git.local/app',
  spec: readonly string[] = ['ref: { branch: main }', 'interval: 1m', 'ignore: /*'],
): string => `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: ${name}, namespace: flux-system }
spec:
  url: ${url}
  ${spec.join('\n  ')}
---
`

/** What Flux applies at which path; `spec` replaces how it does so. */
export const kustomizationText = (
  name: string,
  path: string,
  spec: readonly string[] = [
    'interval: 10m',
    'retryInterval: 2m',
    'timeout: 15m',
    'prune: true',
    'wait: true',
  ],
): string => `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: ${name}, namespace: flux-system }
spec:
  path: ${path}
  sourceRef: { kind: GitRepository, name: app }
  ${spec.join('\n  ')}
---
`

type Application = Readonly<{
  name?: string
  project?: string
  path?: string
  namespace?: string
  metadata?: string
  options?: readonly string[]
  policy?: string
  spec?: string
}>

/** What Argo CD applies at which path. */
export const applicationText = ({
  name = 'shop-prod',
  project = 'shop',
  path = 'overlays/prod',
  namespace = 'shop',
  metadata = '',
  options = ['ServerSideApply=true', 'PruneLast=true'],
  policy = 'automated: { prune: true, selfHeal: true }, retry: { limit: 5 }',
  spec = '',
}: Application = {}): string => `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
  ${metadata}
spec:
  project: ${project}
  source: { repoURL: 'https://git.local/app', targetRevision: main, path: ${path} }
  destination: { server: 'https://kubernetes.default.svc', namespace: ${namespace} }
  syncPolicy: { ${policy}, syncOptions: [${options.join(', ')}] }
  ${spec}
---
`

/** A workload of one container. */
export const workloadText = (
  kind: string,
  name: string,
  { namespace = 'shop', annotations = '', spec = '', pod = '' }: Readonly<Record<string, string>> = {},
): string => `
apiVersion: ${kind === 'Job' ? 'batch/v1' : 'apps/v1'}
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace}, annotations: { ${annotations} } }
spec:
  ${spec}
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      ${pod}
      containers: [{ name: main, image: ${name} }]
---
`
