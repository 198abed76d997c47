/** A fenced block of a Markdown text; `line` is that of its first line of content. */
export type Block = Readonly<{ language: string; text: string; line: number }>
export type Link = Readonly<{ target: string; line: number }>

/** What the checks read of a document. */
export type DocumentText = Readonly<{
  blocks: readonly Block[]
  links: readonly Link[]
  /** The anchors that links may point to. */
  anchors: readonly string[]
  /** Lines outside of blocks, by their number from 1. */
  prose: readonly Readonly<{ line: number; text: string }>[]
}>

/** Reads a Markdown text: its blocks, links and headings. */
export function readDocument(text: string): DocumentText {
  const blocks: Block[] = []
  const prose: { line: number; text: string }[] = []
  let open: { fence: string; language: string; lines: string[]; line: number } | null = null
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const fence = /^\s*(`{3,}|~{3,})\s*([\w-]*)/.exec(raw)
    if (open === null && fence !== null) {
      open = { fence: fence[1] ?? '', language: (fence[2] ?? '').toLowerCase(), lines: [], line: index + 2 }
    } else if (open === null) {
      prose.push({ line: index + 1, text: raw })
    } else if (
      raw.trim() === open.fence ||
      (fence !== null && fence[2] === '' && raw.trim().startsWith(open.fence))
    ) {
      blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line })
      open = null
    } else {
      open.lines.push(raw)
    }
  }
  if (open !== null) blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line })
  return { blocks, prose, links: prose.flatMap(linksOf), anchors: anchorsOf(prose.map((each) => each.text)) }
}

const linksOf = ({ line, text }: Readonly<{ line: number; text: string }>): readonly Link[] => {
  const plain = text.replaceAll(/`[^`]*`/g, '')
  const inline = [...plain.matchAll(/\]\(\s*<?([^()\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)]
  const reference = /^\s*\[[^\]]+\]:\s*(\S+)/.exec(plain)
  return [...inline, ...(reference === null ? [] : [reference])].map((match) => ({
    target: match[1] ?? '',
    line,
  }))
}

/** As GitHub makes them: lower case, spaces to dashes, a number behind what comes again. */
function anchorsOf(lines: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  return lines.flatMap((line) => {
    const explicit = [...line.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map((match) => match[1] ?? '')
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1]
    if (heading === undefined) return explicit
    const base = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    return [...explicit, count === 0 ? base : `${base}-${count}`]
  })
}

const SHELLS: readonly string[] = ['bash', 'sh', 'shell', 'console', 'zsh', 'powershell', 'pwsh', 'ps1']

export const isShell = ({ language }: Block): boolean => SHELLS.includes(language)
export const isPowershell = ({ language }: Block): boolean => /^(?:powershell|pwsh|ps1)$/.test(language)
export const isYaml = ({ language }: Block): boolean => language === 'yaml' || language === 'yml'

/** The text of a shell block without prompts; where there are prompts, the other lines are output. */
export function commandsOf(block: Block): string {
  const lines = block.text.split('\n')
  if (!lines.some((line) => /^\$ /.test(line))) return block.text
  return lines.map((line) => (line.startsWith('$ ') ? line.slice(2) : '')).join('\n')
}
