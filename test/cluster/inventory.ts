import { parseAllDocuments } from 'yaml'

type Rendered = Readonly<{
  apiVersion: string
  kind: string
  metadata: Readonly<{ name: string; namespace?: string }>
}>

/** The objects of a render as Flux lists them, `namespace_name_group_kind`, in the order of the alphabet. */
export const inventoryOf = (render: string): readonly string[] =>
  parseAllDocuments(render)
    .map((document) => document.toJS() as Rendered)
    .map(({ apiVersion, kind, metadata: { name, namespace = '' } }) => {
      const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
      // A name of RBAC may hold colons, which Flux writes as two underscores.
      return `${namespace}_${name.replaceAll(':', '__')}_${group}_${kind}`
    })
    .toSorted()
