import { corruptFile } from './file-error.ts'

/** Takes one line, [from, to) of the bytes without its line end. `ended`: whether it had one. */
export type LineTaker = (bytes: Buffer, from: number, to: number, line: number, ended: boolean) => void

/** Cuts chunks into lines; `push` each chunk, then `end` once. */
export type LineSplitter = Readonly<{ push(chunk: Buffer): void; end(): void }>

/** A longer line is not market data. The deepest book snapshots have about 1 MB. */
const LINE_BYTES_MAX = 32 << 20
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const LF = 0x0a
const CR = 0x0d

export function createLineSplitter(label: string, take: LineTaker): LineSplitter {
  let rest: Buffer = Buffer.alloc(0)
  let line = 0
  const give = (bytes: Buffer, from: number, to: number, ended: boolean): void => {
    line++
    const end = to > from && bytes[to - 1] === CR ? to - 1 : to
    const start = line === 1 && bytes.subarray(from, from + BOM.length).equals(BOM) ? from + BOM.length : from
    if (end > start) take(bytes, start, end, line, ended)
  }
  return {
    push(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let from = 0
      for (let to = bytes.indexOf(LF, rest.length); to >= 0; to = bytes.indexOf(LF, from)) {
        give(bytes, from, to, true)
        from = to + 1
      }
      rest = bytes.subarray(from)
      if (rest.length > LINE_BYTES_MAX) throw corruptFile(label, `line ${line + 1} does not end`)
    },
    end() {
      if (rest.length > 0) give(rest, 0, rest.length, false)
      rest = Buffer.alloc(0)
    },
  }
}
