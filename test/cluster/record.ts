import { writeFileSync } from 'node:fs'
import { liveChecks } from '../../src/adapters/kubernetes/live-checks.ts'
import { manifestsDigest } from '../../src/adapters/kubernetes/live-record.ts'
import type { LiveRecord, RecordedTest } from '../../src/adapters/kubernetes/live-record.ts'
import { readFolder } from '../../src/adapters/kubernetes/folder.ts'
import { digest } from '../../src/adapters/system/digest.ts'
import { manifestsFolder } from './environments.ts'
import { KUBERNETES } from './tool-catalog.ts'

/** The live checks that a test proves stand at the end of its title: `... (L09)`. */
const IDS = /\(((?:L\d\d(?:, )?)+)\)$/

export type Recorder = Readonly<{
  /** Throws where the title names a live check that there is not. */
  note(test: RecordedTest): void
  /** Writes the record of what is tested: the manifests of this repository. */
  write(path: string): Promise<void>
}>

/** Collects how the tests of live checks end, for `cdb audit k8s --record FILE`. */
export function createRecorder(): Recorder {
  const tests: RecordedTest[] = []
  const idsOf = ({ title }: RecordedTest): readonly string[] => IDS.exec(title)?.[1]?.split(', ') ?? []
  return {
    note(test) {
      const unknown = idsOf(test).find((id) => !liveChecks.some((check) => check.id === id))
      if (unknown !== undefined) throw new Error(`there is no live check ${unknown}: ${test.title}`)
      tests.push(test)
    },
    async write(path) {
      const { files } = await readFolder(manifestsFolder)
      const record: LiveRecord = {
        date: new Date().toISOString().slice(0, 10),
        kubernetes: `v${KUBERNETES}`,
        manifests: manifestsDigest(files, digest),
        checks: Object.fromEntries(
          liveChecks.map(({ id }) => [id, tests.filter((each) => idsOf(each).includes(id))]),
        ),
      }
      writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`)
    },
  }
}
