import { parseAllDocuments } from 'yaml'
import type { AuditInput, Build } from '../../../src/adapters/kubernetes/check.ts'
import { manifestOf } from '../../../src/adapters/kubernetes/manifest.ts'
import type { Manifest } from '../../../src/adapters/kubernetes/manifest.ts'
import { isRecord } from '../../../src/adapters/kubernetes/value.ts'
import type { Value } from '../../../src/adapters/kubernetes/value.ts'

/** The objects of a YAML text, documents in their order, empty ones left out. */
export function sampleManifests(yamlText: string, file: string | null = null): readonly Manifest[] {
  const documents = parseAllDocuments(yamlText)
  if (!Array.isArray(documents)) return []
  return documents.flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    const value = document.toJS() as Value
    return isRecord(value) ? [manifestOf(value, file)] : []
  })
}

/** The build of a whole environment that holds the objects of a YAML text. */
export const sampleBuild = (yamlText: string, overrides: Partial<Build> = {}): Build => ({
  path: 'overlays/prod',
  environment: 'prod',
  isWhole: true,
  manifests: sampleManifests(yamlText),
  error: null,
  warnings: [],
  ...overrides,
})

/** An audited folder with one whole build, `overlays/prod`, that holds the objects of a YAML text. */
export const sampleInput = (yamlText: string, overrides: Partial<AuditInput> = {}): AuditInput => ({
  folder: '/audited',
  environments: ['prod'],
  builds: [sampleBuild(yamlText)],
  gitops: [],
  files: [],
  settings: {},
  ...overrides,
})
