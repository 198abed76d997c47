import type { Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { judgeObject } from '../schemas.ts'
import { gitopsObjects } from './gitops-syncs.ts'
import { valueFaults } from './gitops-values.ts'
import { problemOf } from './scope.ts'

/** Versions that Flux 2.9 and Argo CD 3.5 serve, by group; a kind may have its own. */
const SERVED: Readonly<Record<string, readonly string[]>> = {
  'kustomize.toolkit.fluxcd.io': ['v1'],
  'source.toolkit.fluxcd.io': ['v1'],
  'helm.toolkit.fluxcd.io': ['v2'],
  'image.toolkit.fluxcd.io': ['v1'],
  'notification.toolkit.fluxcd.io/Receiver': ['v1'],
  'notification.toolkit.fluxcd.io': ['v1beta3'],
  'source.extensions.fluxcd.io': ['v1beta1'],
  'argoproj.io': ['v1alpha1'],
}

/** Objects of Flux and Argo CD are such as their API servers take. */
export const gitopsSchemaChecks: readonly Check[] = [
  {
    id: 'G01',
    severity: 'blocker',
    title: 'objects of Flux and Argo CD have a served version, and fields and values of their kind',
    run: (input) => gitopsObjects(input).flatMap(versionOrFields),
  },
]

function versionOrFields(manifest: Manifest): readonly Problem[] {
  const [group = '', version = ''] = manifest.apiVersion.split('/')
  const served = SERVED[`${group}/${manifest.kind}`] ?? SERVED[group] ?? []
  if (!served.includes(version)) {
    return [
      problemOf(manifest, {
        message: `${manifest.apiVersion} is not served any more`,
        mend: `write apiVersion: ${group}/${served.at(0) ?? ''}`,
      }),
    ]
  }
  return [...(judgeObject(manifest) ?? []), ...valueFaults(manifest)].map(({ path, message }) =>
    problemOf(manifest, {
      message: `${path === '' ? 'the object' : path} ${message}`,
      mend: `write only what ${manifest.kind} of ${manifest.apiVersion} has`,
    }),
  )
}
