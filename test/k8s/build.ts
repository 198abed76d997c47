import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { listAt } from '../../src/adapters/kubernetes/value.ts'
import type { Value } from '../../src/adapters/kubernetes/value.ts'
import type { Manifest } from '../../src/adapters/kubernetes/manifest.ts'
import { manifestsOf, parseYaml } from '../../src/adapters/kubernetes/yaml-text.ts'
import { workloadsOf } from '../../src/adapters/kubernetes/workload.ts'
import type { Workload } from '../../src/adapters/kubernetes/workload.ts'
import { findKubectl } from '../cluster/kubectl.ts'
import { root } from '../tidy/repository.ts'

export const environments = ['dev', 'prod'] as const
export type EnvironmentName = (typeof environments)[number]
export const layerNames = ['infrastructure', 'migrations', 'services'] as const

const kubectl = await findKubectl()
const built = new Map<string, readonly Manifest[]>()

/** What kubectl makes of a folder below k8s, such as `overlays/prod`. */
export function build(folder: string): readonly Manifest[] {
  const known = built.get(folder)
  if (known !== undefined) return known
  const manifests = manifestsOf(parseYaml(textOf(join(root, 'k8s', folder))))
  built.set(folder, manifests)
  return manifests
}

const textOf = (folder: string): string =>
  execFileSync(kubectl, ['kustomize', folder], { encoding: 'utf8', maxBuffer: 32 << 20 })

/** The name of a build: a layer of prod with one more component, and what else an overlay may say. */
export function withComponent(
  layer: (typeof layerNames)[number],
  component: string,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const name = `overlays/prod/${layer} with ${component} ${JSON.stringify(more)}`
  if (built.has(name)) return name
  const folder = mkdtempSync(join(tmpdir(), 'cdb-kustomization-'))
  try {
    const below = (path: string): string => relative(realpathSync(folder), join(root, 'k8s', path))
    const kustomization = {
      resources: [below(`overlays/prod/${layer}`)],
      components: [below(`components/${component}`)],
      ...more,
    }
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    built.set(name, manifestsOf(parseYaml(textOf(folder))))
  } finally {
    rmSync(folder, { recursive: true })
  }
  return name
}

/** The workload of a name in a build. Throws where there is none. */
export function workloadIn(folder: string, name: string): Workload {
  const found = workloadsOf(build(folder)).find((workload) => workload.name === name)
  if (found === undefined) throw new Error(`${folder} has no workload ${name}`)
  return found
}

/** The files that a generated ConfigMap holds, by the name before its hash. */
export function configIn(folder: string, name: string): Readonly<Record<string, string>> {
  const found = build(folder).find(
    (manifest) => manifest.kind === 'ConfigMap' && manifest.name.replace(/-[a-z0-9]{10}$/, '') === name,
  )
  if (found === undefined) throw new Error(`${folder} has no ConfigMap ${name}`)
  return found.value['data'] as Readonly<Record<string, string>>
}

/** The words of a list such as `args`. Throws where one is no text. */
export const wordsAt = (value: Value, ...path: readonly string[]): readonly string[] =>
  listAt(value, ...path).map((word) => {
    if (typeof word === 'string') return word
    throw new Error(`${path.join('.')} has something that is no text: ${JSON.stringify(word)}`)
  })
