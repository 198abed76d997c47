import type { MarketFiles } from './open.ts'
import { createRecordingWriter } from './recording-writer.ts'
import type { TapeSummary } from './tape-summary.ts'

/**
 * Writes what files hold into one recording, with flat memory. onBatch is called after every batch.
 * Throws what reading and writing throw; then nothing is left at the path.
 */
export async function importFiles(
  files: MarketFiles,
  path: string,
  { replace, sources, onBatch }: Readonly<{ replace: boolean; sources: readonly string[]; onBatch: () => void }>,
): Promise<Readonly<TapeSummary>> {
  const writer = await createRecordingWriter(path, files, { replace })
  try {
    for (let columns = await files.readColumns(); columns !== null; columns = await files.readColumns()) {
      await writer.write(columns)
      onBatch()
    }
  } catch (error) {
    await writer.abort()
    throw error
  } finally {
    await files.close()
  }
  return writer.finish({ sources, leftOut: files.leftOut + files.badRowCount() })
}
