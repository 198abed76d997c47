import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { manifestsFolder } from './environments.ts'
import { treeOf } from './repository.ts'

/** The manifests of a release before this one, in a folder, and where they are from. */
export type PreviousRelease = Readonly<{ folder: string; from: string }>

/**
 * Writes the manifests of the newest tag that has them. As long as there is none, it is this tree with other
 * images and another setting, so that an upgrade has something to change and to roll.
 */
export function writePreviousRelease(parent: string): PreviousRelease {
  const root = join(manifestsFolder, '..')
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 67_108_864 })
  const hasOverlays = (tag: string): boolean => git('ls-tree', '--name-only', tag, 'k8s/overlays/') !== ''
  const tags = git('tag', '--list', '[0-9]*', 'v[0-9]*', '--sort=-version:refname').split('\n')
  const tag = tags.filter((name) => name !== '').find(hasOverlays)
  const folder = join(parent, 'previous')
  mkdirSync(folder, { recursive: true })
  if (tag === undefined) {
    cpSync(manifestsFolder, join(folder, 'k8s'), { recursive: true })
    age(join(folder, 'k8s'))
    return { folder: join(folder, 'k8s'), from: 'this tree with other images and settings' }
  }
  const archive = join(parent, 'previous.tar')
  git('archive', '--output', archive, tag, 'k8s')
  execFileSync('tar', ['--extract', '--file', archive, '--directory', folder])
  return { folder: join(folder, 'k8s'), from: `tag ${tag}` }
}

/** Another tag or digest of every image, and another value of a setting. */
function age(folder: string): void {
  const tree = treeOf(folder)
  for (const path of globSync('overlays/**/kustomization.yaml', { cwd: folder })) {
    const text = tree.read(path)
    const older = text
      .replace(/newTag: \S+/g, "newTag: '0.0.1'")
      .replace(/digest: sha256:[0-9a-f]{64}/g, `digest: sha256:${'0'.repeat(63)}1`)
    if (older !== text) tree.write(path, older)
  }
  tree.edit('base/services/kustomization.yaml', (text) => text.replace('CDB_CASH=10000', 'CDB_CASH=9999'))
}
