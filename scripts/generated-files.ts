import { readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'

/**
 * Writes files whose text follows from others. With --check it writes nothing: it names each file that holds
 * something else, and the process ends with 1.
 */
export function writeGenerated(files: ReadonlyMap<string, string>, command: string): void {
  const isCheck = process.argv.includes('--check')
  for (const [path, text] of files) {
    if (textOf(path) === text) continue
    if (isCheck) {
      process.stderr.write(`${relative(process.cwd(), path)} is out of date: ${command}\n`)
      process.exitCode = 1
    } else writeFileSync(path, text)
  }
}

/** Empty where there is no such file. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
