import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Kubectl } from './kubectl.ts'

/** The folder of manifests of this repository. */
export const manifestsFolder = join(import.meta.dirname, '..', '..', 'k8s')

/** An environment: its overlay and its namespace. */
export type Environment = Readonly<{ name: 'dev' | 'prod'; namespace: string }>

export const dev: Environment = { name: 'dev', namespace: 'cdb-trading-dev' }
export const prod: Environment = { name: 'prod', namespace: 'cdb-trading' }
/** The five services, in the order of the alphabet. */
export const serviceNames = ['cdb-db-writer', 'cdb-execution', 'cdb-risk', 'cdb-signal', 'cdb-ws'] as const
export const environments: readonly Environment[] = [dev, prod]

/** What a cluster needs once, whoever deploys to it. */
export const clusterFolder = join(manifestsFolder, 'cluster')

export const overlayOf = (folder: string, { name }: Environment): string => join(folder, 'overlays', name)

/** What a person creates before the first deployment: the Namespace of the overlay, and the Secrets. */
export async function prepare(kubectl: Kubectl, folder: string, environment: Environment): Promise<void> {
  await kubectl.apply(await namespaceOf(kubectl, folder, environment))
  await kubectl.apply(secretsOf(folder, environment))
}

/** The Namespace of the rendered overlay. */
export async function namespaceOf(
  kubectl: Kubectl,
  folder: string,
  environment: Environment,
): Promise<string> {
  const render = await kubectl.read(['kustomize', overlayOf(folder, environment)])
  const found = render.split(/^---$/m).find((text) => /^kind: Namespace$/m.test(text))
  if (found !== undefined) return found
  throw new Error(`the overlay ${environment.name} has no Namespace`)
}

/** The keys of a Secret, each with those who read it, and which of them may be absent. */
type SecretContract = Readonly<{
  keys: Readonly<Record<string, readonly string[]>>
  optional?: readonly string[]
}>

type AuditSettings = Readonly<{
  secrets: Readonly<Record<string, SecretContract>>
}>

/** Every Secret of the key contract of audit.yaml, with random values. */
function secretsOf(folder: string, { namespace }: Environment): string {
  const { secrets } = parse(readFileSync(join(folder, 'audit.yaml'), 'utf8')) as AuditSettings
  return Object.entries(secrets)
    .map(([name, { keys, optional = [] }]) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      stringData: Object.fromEntries(
        Object.keys(keys)
          .filter((key) => !optional.includes(key))
          .map((key) => [key, randomBytes(24).toString('base64url')]),
      ),
    }))
    .map((secret) => `---\n${stringify(secret)}`)
    .join('')
}
