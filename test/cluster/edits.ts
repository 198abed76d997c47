import { parseDocument } from 'yaml'
import type { Tree } from './repository.ts'

const SERVICES = 'overlays/dev/services/kustomization.yaml'
const INFRASTRUCTURE = 'base/infrastructure/kustomization.yaml'
const RISK = 'base/services/risk.yaml'

/** What the tests commit: each a function of the tree, and none of them depends on another. */
export const edits = {
  /** One more object in the services of dev, the ConfigMap `more`. */
  addObject: (tree: Tree): void => {
    tree.write(
      'overlays/dev/services/more.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\n',
    )
    tree.edit(SERVICES, (text) => withResource(text, 'more.yaml'))
  },
  removeObject: (tree: Tree): void => {
    tree.remove('overlays/dev/services/more.yaml')
    tree.edit(SERVICES, (text) => withoutResource(text, 'more.yaml'))
  },
  removeNamespace: (tree: Tree): void => {
    tree.edit(INFRASTRUCTURE, (text) => withoutResource(text, 'namespace.yaml'))
  },
  addNamespace: (tree: Tree): void => {
    tree.edit(INFRASTRUCTURE, (text) => withResource(text, 'namespace.yaml'))
  },
  /** A value that no API server takes. An unknown field would not do: Flux drops those of built-in kinds. */
  breakService: (tree: Tree): void => {
    tree.edit(RISK, (text) => text.replace('type: ClusterIP', 'type: Nonsense'))
  },
  mendService: (tree: Tree): void => {
    tree.edit(RISK, (text) => text.replace('type: Nonsense', 'type: ClusterIP'))
  },
  setTagOfRisk:
    (tag: string) =>
    (tree: Tree): void => {
      tree.edit(SERVICES, (text) => text.replace(/(\/cdb-risk\n\s+newTag: )\S+/, `$1${tag}`))
    },
  setLogLevel:
    (level: string) =>
    (tree: Tree): void => {
      tree.edit(SERVICES, (text) => text.replace(/CDB_LOG_LEVEL=\w+/, `CDB_LOG_LEVEL=${level}`))
    },
} as const

/** The tag that kwok never starts, see stages.yaml. */
export const TAG_MISSING = 'cannot-be-pulled'

function withResource(text: string, name: string): string {
  const document = parseDocument(text)
  document.addIn(['resources'], name)
  return document.toString()
}

const withoutResource = (text: string, name: string): string =>
  text.replace(new RegExp(`^.*- ${name}\\n`, 'm'), '')
