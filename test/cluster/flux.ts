import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../servers/free-port.ts'
import type { ControlPlane } from './control-plane.ts'
import type { Kubectl } from './kubectl.ts'
import { crdsOf } from './tools.ts'
import { toolOf } from './tool-catalog.ts'

/** The namespace that the controllers of Flux, their sources and their Kustomizations are in. */
export const FLUX = 'flux-system'

/** The manifest of that namespace. */
export const FLUX_NAMESPACE = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${FLUX}\n`

/** A condition of an object of Flux. */
export type Condition = Readonly<{
  type: string
  status: string
  reason: string
  message: string
  lastTransitionTime: string
}>

/** What a test reads of a Kustomization of Flux. */
export type FluxKustomization = Readonly<{
  metadata: Readonly<{ name: string; generation: number; labels: Readonly<Record<string, string>> }>
  status?: Readonly<{
    conditions?: readonly Condition[]
    observedGeneration?: number
    lastAppliedRevision?: string
    lastAttemptedRevision?: string
    inventory?: Readonly<{ entries: readonly Readonly<{ id: string }>[] }>
  }>
}>

/** Installs the CRDs of the two controllers. */
export async function installFluxKinds(kubectl: Kubectl): Promise<void> {
  for (const name of ['source-controller', 'kustomize-controller'] as const) {
    const folder = crdsOf(toolOf(name))
    for (const file of readdirSync(folder)) await kubectl.apply(readFileSync(join(folder, file), 'utf8'))
  }
}

/** Installs the CRDs and starts source-controller and kustomize-controller as processes of this machine. */
export async function startFlux(plane: ControlPlane, kubectl: Kubectl): Promise<void> {
  await installFluxKinds(kubectl)
  await kubectl.apply(FLUX_NAMESPACE)
  const artifacts = join(plane.folder, 'artifacts')
  mkdirSync(artifacts)
  const storage = `127.0.0.1:${await freePort()}`
  const env = { KUBECONFIG: plane.kubeconfig, RUNTIME_NAMESPACE: FLUX, SOURCE_CONTROLLER_LOCALHOST: storage }
  const common = ['--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0', '--events-addr=']
  const source = [`--storage-path=${artifacts}`, `--storage-addr=${storage}`]
  plane.start('source-controller', [...common, ...source, `--storage-adv-addr=${storage}`], { env })
  plane.start('kustomize-controller', [...common, '--requeue-dependency=2s'], { env })
}

/** Asks Flux to look at a source or a Kustomization now, instead of at its next interval. */
export async function request(kubectl: Kubectl, object: string): Promise<void> {
  const annotation = `reconcile.fluxcd.io/requestedAt=${Date.now()}`
  await kubectl.read(['annotate', object, annotation, '--overwrite', '--namespace', FLUX])
}

/** The Kustomizations, by name. */
export async function kustomizationsOf(kubectl: Kubectl): Promise<ReadonlyMap<string, FluxKustomization>> {
  const found = await kubectl.get<Readonly<{ items: readonly FluxKustomization[] }>>([
    ...['kustomizations.kustomize.toolkit.fluxcd.io', '--namespace', FLUX],
  ])
  return new Map((found?.items ?? []).map((each) => [each.metadata.name, each]))
}

/** The `Ready` condition, once it is about the present generation. */
export const readyOf = ({ metadata, status }: FluxKustomization): Condition | undefined =>
  status?.observedGeneration === metadata.generation
    ? status.conditions?.find(({ type }) => type === 'Ready')
    : undefined

/** `main@sha1:abc` is revision `abc`. */
export const revisionOf = (text: string | undefined): string => text?.split(':').at(-1) ?? ''

/** One line a Kustomization: its condition and what it says. */
export const stateOf = (all: ReadonlyMap<string, FluxKustomization>): string =>
  [...all.values()]
    .map((each) => {
      const ready = each.status?.conditions?.find(({ type }) => type === 'Ready')
      const at = revisionOf(each.status?.lastAppliedRevision).slice(0, 12)
      const state = `${ready?.status ?? 'unknown'} ${ready?.reason ?? ''}`
      return `${each.metadata.name}: ${state} at ${at}: ${ready?.message ?? ''}`
    })
    .join('\n')
