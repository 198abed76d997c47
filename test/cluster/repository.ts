import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A Git repository with the manifests, and a bare one beside it that a Git server shows. */
export type Repository = Readonly<{
  /** The folder of its manifests, the working tree's `k8s`. */
  manifests: string
  /** The bare repository, `<name>.git`. */
  bareName: string
  /** Commits what the edit makes of the working tree, publishes it, and returns the revision. */
  commit(message: string, edit: (tree: Tree) => void): string
  /** The revision of the last commit. */
  head(): string
  /** The revision of the commit that a tag names. */
  revisionOf(tag: string): string
  /** Publishes a tag of the last commit, signed or not. Commits are always signed. */
  tag(name: string, kind: 'signed' | 'unsigned'): void
  /** The public key of the signatures, in the form of `authorized_keys`. */
  publicKey: string
}>

/** The files of a working tree, by path below `k8s`. */
export type Tree = Readonly<{
  read(path: string): string
  write(path: string, text: string): void
  remove(path: string): void
  /** Changes a file; an edit that changes nothing is a fault of the test. */
  edit(path: string, change: (text: string) => string): void
}>

/** Nobody's settings of Git count here. */
const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'cluster test',
  GIT_AUTHOR_EMAIL: 'test@localhost',
  GIT_COMMITTER_NAME: 'cluster test',
  GIT_COMMITTER_EMAIL: 'test@localhost',
}

/** Makes a repository in a folder whose first commit is a copy of the manifests. */
export function createRepository(parent: string, manifests: string): Repository {
  const folder = join(parent, 'worktree')
  const bareName = 'claire-de-binare.git'
  const keyPath = join(parent, 'signing-key')
  mkdirSync(folder, { recursive: true })
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'cluster test', '-f', keyPath])
  const signing = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${keyPath}`, '-c', 'commit.gpgsign=true']
  const git = (...args: readonly string[]): string =>
    execFileSync('git', [...signing, ...args], { cwd: folder, encoding: 'utf8', env: environment }).trim()
  cpSync(manifests, join(folder, 'k8s'), { recursive: true })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'the manifests')
  git('clone', '--quiet', '--bare', '.', join(parent, bareName))
  git('remote', 'add', 'origin', join(parent, bareName))
  return {
    manifests: join(folder, 'k8s'),
    bareName,
    commit(message, edit) {
      edit(treeOf(join(folder, 'k8s')))
      git('add', '--all')
      git('commit', '--quiet', '--message', message)
      git('push', '--quiet', 'origin', 'main')
      return git('rev-parse', 'HEAD')
    },
    head: () => git('rev-parse', 'HEAD'),
    revisionOf: (tag) => git('rev-parse', `${tag}^{commit}`),
    publicKey: readFileSync(`${keyPath}.pub`, 'utf8'),
    tag(name, kind) {
      git('tag', kind === 'signed' ? '--sign' : '--annotate', '--message', `release ${name}`, name)
      git('push', '--quiet', 'origin', name)
    },
  }
}

/** The files below a folder, to be read and changed. */
export function treeOf(root: string): Tree {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return {
    read,
    write,
    remove(path) {
      rmSync(join(root, path), { recursive: true })
    },
    edit(path, change) {
      const [before, after] = [read(path), change(read(path))]
      if (before === after) throw new Error(`the edit does not change ${path}`)
      write(path, after)
    },
  }
}
