import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

/** Recorded market data by others; it stays outside of the repository. `.ci/run` sets the variable. */
const folder = process.env['CDB_DATA_DIR']

/** The path of a recorded file. Fails the test when the folder is named but the file is not in it. */
export function realData(name: string): string {
  assert(folder !== undefined, 'CDB_DATA_DIR is not set')
  const path = join(folder, name)
  assert(existsSync(path), `${path} is missing`)
  return path
}

/**
 * A test over recorded data: run where CDB_DATA_DIR is set, counted as skipped (and named) where it is not.
 */
export const realDataTest = (name: string, body: () => void | Promise<void>): void => {
  test(name, { skip: folder === undefined && 'CDB_DATA_DIR is not set' }, body)
}
