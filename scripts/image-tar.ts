/** What a layer holds at one path, which has neither a leading nor a trailing slash. */
export type TarEntry = Readonly<{ path: string; mode: number; uid: number; gid: number }> &
  (
    | Readonly<{ kind: 'file'; content: Uint8Array }>
    | Readonly<{ kind: 'folder' }>
    | Readonly<{ kind: 'link'; target: string }>
  )

const BLOCK = 512
const NAME_MAX = 100
const types = { file: '0', link: '2', folder: '5' } as const

/**
 * The same bytes for the same entries, whatever their order and the machine: sorted by path, all of one time
 * (epoch seconds), owners by number alone. Names of more than 100 bytes have a header of POSIX.1-2001 (pax).
 */
export function tarOf(entries: readonly TarEntry[], epochSeconds: number): Buffer {
  const sorted = [...entries].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  const twice = sorted.find(({ path }, index) => path === sorted[index - 1]?.path)
  if (twice !== undefined) throw new Error(`${twice.path} is in the layer twice`)
  const parts = sorted.flatMap((entry) => [
    ...paxOf(entry, epochSeconds),
    headerOf({
      ...entry,
      name: nameOf(entry),
      size: entry.kind === 'file' ? entry.content.length : 0,
      type: types[entry.kind],
      target: entry.kind === 'link' ? entry.target : '',
      epochSeconds,
    }),
    ...(entry.kind === 'file' ? padded(entry.content) : []),
  ])
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

const nameOf = ({ path, kind }: TarEntry): string => (kind === 'folder' ? `${path}/` : path)

function paxOf(entry: TarEntry, epochSeconds: number): readonly Uint8Array[] {
  const records: string[] = []
  if (Buffer.byteLength(nameOf(entry)) > NAME_MAX) records.push(paxRecord('path', nameOf(entry)))
  if (entry.kind === 'link' && Buffer.byteLength(entry.target) > NAME_MAX) {
    records.push(paxRecord('linkpath', entry.target))
  }
  if (records.length === 0) return []
  const content = Buffer.from(records.join(''))
  const header = headerOf({
    ...{
      name: 'pax',
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: content.length,
      type: 'x',
      target: '',
      epochSeconds,
    },
  })
  return [header, ...padded(content)]
}

/** A record counts its own bytes, those of the count included. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const length = Buffer.byteLength(rest)
  let total = length + String(length).length
  if (String(total).length > String(length).length) total = length + String(total).length
  return `${total}${rest}`
}

type Header = Readonly<{
  name: string
  mode: number
  uid: number
  gid: number
  size: number
  epochSeconds: number
  type: string
  target: string
}>

function headerOf({ name, mode, uid, gid, size, epochSeconds, type, target }: Header): Buffer {
  const block = Buffer.alloc(BLOCK)
  Buffer.from(name).copy(block, 0, 0, NAME_MAX)
  block.write(octal(mode, 7), 100)
  block.write(octal(uid, 7), 108)
  block.write(octal(gid, 7), 116)
  block.write(octal(size, 11), 124)
  block.write(octal(epochSeconds, 11), 136)
  block.write(' '.repeat(8), 148)
  block.write(type, 156)
  Buffer.from(target).copy(block, 157, 0, NAME_MAX)
  block.write('ustar\u000000', 257)
  // The checksum is taken over its own field as spaces.
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\u0000 `, 148)
  return block
}

function octal(value: number, digits: number): string {
  const text = value.toString(8).padStart(digits, '0')
  if (text.length > digits) throw new Error(`${value} has more than ${digits} octal digits`)
  return text
}

const padded = (content: Uint8Array): readonly Uint8Array[] => [
  content,
  Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
]
