import type { MarketFiles } from './open.ts'
import { createRecordingWriter } from './recording-writer.ts'

export type ImportOptions = Readonly<{
  /** Whether a file that is there may be replaced. */
  replace: boolean
  /** Names of the files, for the metadata. */
  sources: readonly string[]
  signal: AbortSignal
  /** Called after every batch. */
  onBatch: () => void
}>

/**
 * Writes what files hold into one recording, with flat memory, and closes them; false when it was aborted.
 * Throws
 * what reading and writing throw. Unless it returns true, nothing is left at the path.
 */
export async function importFiles(
  files: MarketFiles,
  path: string,
  options: ImportOptions,
): Promise<boolean> {
  const { replace, sources, signal, onBatch } = options
  try {
    const writer = await createRecordingWriter(path, files, { replace })
    try {
      while (!signal.aborted) {
        const columns = await files.readColumns()
        if (columns === null) {
          await writer.finish({ sources, leftOut: files.leftOut + files.badRowCount() })
          return true
        }
        await writer.write(columns)
        onBatch()
      }
    } catch (error) {
      await writer.abort()
      throw error
    }
    await writer.abort()
    return false
  } finally {
    await files.close()
  }
}
