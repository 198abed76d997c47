import { manifestOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { isRecord, listAt, recordAt, textsAt } from '../value.ts'
import type { Value, ValueRecord } from '../value.ts'

/**
 * The Applications that an object stands for: itself, or what the list generators of an ApplicationSet make.
 * Other generators know only in the cluster what they make; they stand for none here.
 */
export function applicationsOf(manifest: Manifest): readonly Manifest[] {
  if (manifest.kind === 'Application') return [manifest]
  if (manifest.kind !== 'ApplicationSet') return []
  const template = recordAt(manifest.value, 'spec', 'template')
  return listAt(manifest.value, 'spec', 'generators')
    .flatMap((generator) => listAt(generator, 'list', 'elements'))
    .filter(isRecord)
    .map((element) => {
      const value = filled(template, textsAt(element))
      const metadata = {
        namespace: manifest.namespace,
        ...(isRecord(value) ? recordAt(value, 'metadata') : {}),
      }
      const application: ValueRecord = {
        ...(isRecord(value) ? value : {}),
        apiVersion: manifest.apiVersion,
        kind: 'Application',
        metadata,
      }
      return manifestOf(application, manifest.file, manifest.line)
    })
}

/** The template with `{{name}}` and `{{ .name }}` replaced in every text of it. */
function filled(value: Value, element: Readonly<Record<string, string>>): Value {
  if (typeof value === 'string') {
    return value.replace(/\{\{\s*\.?([\w.-]+)\s*\}\}/g, (all, name: string) => element[name] ?? all)
  }
  if (Array.isArray(value)) return value.map((each: Value) => filled(each, element))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, each === undefined ? each : filled(each, element)]),
  )
}
