import type { Manifest } from '../manifest.ts'
import { at, listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'

/** What the CRD of a kind demands of one value, which its schema of types does not know. */
type Rule = Readonly<{ kind: string; path: readonly string[]; pattern: RegExp; words: string }>

const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/
const DURATIONS: Readonly<Record<string, readonly string[]>> = {
  GitRepository: ['interval', 'timeout'],
  OCIRepository: ['interval', 'timeout'],
  Kustomization: ['interval', 'retryInterval', 'timeout'],
  ImageRepository: ['interval', 'timeout'],
  ImagePolicy: ['interval'],
  ImageUpdateAutomation: ['interval'],
  Provider: ['interval', 'timeout'],
  Receiver: ['interval'],
}

const SOURCES = 'Bucket GitRepository HelmRelease HelmChart HelmRepository OCIRepository'
const EVENT_KINDS =
  `${SOURCES} Kustomization ImageRepository ImagePolicy ImageUpdateAutomation ` +
  'ArtifactGenerator ExternalArtifact'
const PROVIDERS =
  'slack discord msteams rocket generic generic-hmac github gitlab gitea giteapullrequestcomment ' +
  'bitbucketserver bitbucket azuredevops googlechat googlepubsub webex sentry azureeventhub telegram lark ' +
  'matrix opsgenie alertmanager grafana githubdispatch githubpullrequestcomment gitlabmergerequestcomment ' +
  'pagerduty datadog nats zulip otel'
const RECEIVERS =
  'generic generic-hmac generic-oidc github gitlab bitbucket harbor dockerhub quay gcr nexus acr cdevents'

const oneOf = (kind: string, path: readonly string[], words: string): Rule => ({
  ...{ kind, path, words: `one of ${words.split(' ').join(', ')}` },
  pattern: new RegExp(`^(?:${words.replaceAll(' ', '|')})$`),
})

const RULES: readonly Rule[] = [
  ...Object.entries(DURATIONS).flatMap(([kind, keys]) =>
    keys.map((key) => ({ kind, path: [key], pattern: DURATION, words: 'a duration such as 10m' })),
  ),
  { kind: 'GitRepository', path: ['url'], pattern: /^(?:https?|ssh):\/\//, words: 'an https or ssh address' },
  { kind: 'OCIRepository', path: ['url'], pattern: /^oci:\/\//, words: 'an oci address' },
  { kind: 'ImageRepository', path: ['image'], pattern: /^(?!.*:\/\/)/, words: 'an address without a scheme' },
  oneOf('GitRepository', ['provider'], 'generic aws azure github'),
  oneOf('GitRepository', ['verify', 'mode'], 'head HEAD Tag TagAndHEAD'),
  oneOf('Kustomization', ['deletionPolicy'], 'MirrorPrune Delete WaitForTermination Orphan'),
  oneOf('Kustomization', ['sourceRef', 'kind'], 'OCIRepository GitRepository Bucket ExternalArtifact'),
  oneOf('Kustomization', ['postBuild', 'substituteStrategy'], 'WithVariables Always'),
  oneOf('ImagePolicy', ['digestReflectionPolicy'], 'Always IfNotPresent Never'),
  oneOf('ImageUpdateAutomation', ['sourceRef', 'kind'], 'GitRepository'),
  oneOf('ImageUpdateAutomation', ['update', 'strategy'], 'Setters'),
  oneOf('Provider', ['type'], PROVIDERS),
  oneOf('Receiver', ['type'], RECEIVERS),
  oneOf('Alert', ['eventSeverity'], 'info error'),
  oneOf('Alert', ['eventSources', '*', 'kind'], EVENT_KINDS),
  oneOf('Receiver', ['resources', '*', 'kind'], EVENT_KINDS),
]

/** What the API server would refuse of an object of Flux, though its fields are right: path and demand. */
export const valueFaults = (manifest: Manifest): readonly Readonly<{ path: string; message: string }>[] => [
  ...RULES.filter(({ kind }) => kind === manifest.kind).flatMap(({ path, pattern, words }) =>
    textsAlong(at(manifest.value, 'spec'), path)
      .filter((text) => !pattern.test(text))
      .map((text) => ({ path: `/spec/${path.join('/')}`, message: `is "${text}" and must be ${words}` })),
  ),
  ...(manifest.kind === 'ImagePolicy' ? refreshFaults(manifest) : []),
]

/** The texts at a path; `*` stands for each of a list. */
function textsAlong(value: Value | undefined, path: readonly string[]): readonly string[] {
  const [key, ...rest] = path
  if (key === undefined) return typeof value === 'string' ? [value] : []
  if (key === '*') return listAt(value).flatMap((each) => textsAlong(each, rest))
  return textsAlong(at(value, key), rest)
}

/** An interval is for a digest that is read again and again, and for no other. */
function refreshFaults({ value }: Manifest): readonly Readonly<{ path: string; message: string }>[] {
  const isRefreshed = textAt(value, 'spec', 'digestReflectionPolicy') === 'Always'
  const hasInterval = at(value, 'spec', 'interval') !== undefined
  if (isRefreshed === hasInterval) return []
  const message = isRefreshed
    ? 'must be set with digestReflectionPolicy: Always'
    : 'is for digestReflectionPolicy: Always only'
  return [{ path: '/spec/interval', message }]
}
