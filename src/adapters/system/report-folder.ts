import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CdbError } from '../../domain/errors.ts'
import type { RenderedReport } from '../../engine/daily-report.ts'

/**
 * Writes a report as `DAY.md` and `DAY.html`; a reader never sees half of one. Throws CDB_DATA_UNWRITABLE and
 * CDB_DISK_FULL.
 */
export async function saveReport(folder: string, { day, markdown, html }: RenderedReport): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await writeWhole(join(folder, `${day}.md`), markdown)
    await writeWhole(join(folder, `${day}.html`), html)
  } catch (error) {
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC'
    throw new CdbError(
      isFull ? 'CDB_DISK_FULL' : 'CDB_DATA_UNWRITABLE',
      `the report of ${day} cannot be written to ${folder}: ${String(error)}`,
      { mend: 'check CDB_REPORT_FOLDER: that it may be written, and has room', cause: error },
    )
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}.part`
  await writeFile(part, text)
  await rename(part, path)
}
