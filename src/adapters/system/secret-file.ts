import { readFileSync, statSync } from 'node:fs'
import { CdbError } from '../../domain/errors.ts'

export type SecretFileOptions<T> = Readonly<{
  path: string
  /** Names the setting that the path came from, in messages. */
  setting: string
  /** Reads the content; throws where it is none. */
  parse: (text: string) => T
  /** Told once for each change of the file that could not be used; the secret before it stays in use. */
  onProblem: (problem: CdbError) => void
}>

/**
 * A secret that is read from its file again whenever the file has changed, also where a mounted folder is
 * switched as a whole. The function that is returned throws CDB_FILE_UNREADABLE and CDB_CONFIG_INVALID until
 * the secret could be read once.
 */
export function createSecretFile<T>(options: SecretFileOptions<T>): () => T {
  let known: Readonly<{ secret: T }> | null = null
  let seen = ''
  return () => {
    const version = versionOf(options.path)
    if (known !== null && version === seen) return known.secret
    seen = version
    try {
      known = { secret: readSecret(options) }
    } catch (error) {
      if (known === null || !(error instanceof CdbError)) throw error
      options.onProblem(error)
    }
    return known.secret
  }
}

/** Follows links, so that a switched folder is another file. */
function versionOf(path: string): string {
  try {
    const { ino, mtimeMs, ctimeMs, size } = statSync(path)
    return `${ino}/${mtimeMs}/${ctimeMs}/${size}`
  } catch {
    return 'gone'
  }
}

function readSecret<T>({ path, setting, parse }: SecretFileOptions<T>): T {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, setting, error)
  }
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof CdbError) throw error
    // The cause would quote the content.
    throw new CdbError('CDB_CONFIG_INVALID', `${setting}: the content of ${path} cannot be read`)
  }
}

const unreadable = (path: string, setting: string, cause: unknown): CdbError =>
  new CdbError('CDB_FILE_UNREADABLE', `${setting}: ${path} cannot be read`, {
    mend: 'check that the file is there and may be read by this user',
    cause,
  })
