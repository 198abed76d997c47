import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inTemporaryFolder } from '../../cli/temporary-folder.ts'

/** Files by path; `-> target` makes a symbolic link. */
export type WrittenFiles = Readonly<Record<string, string | Uint8Array>>

/** Runs a test body with a folder that holds these files, removed after. */
export const withFiles = <T>(files: WrittenFiles, body: (folder: string) => Promise<T>): Promise<T> =>
  inTemporaryFolder((folder) => {
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), file)
      else writeFileSync(file, content)
    }
    return body(folder)
  })
