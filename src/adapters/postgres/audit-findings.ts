/** What an audit found of one invariant of docs/reference/invariants.md. */
export type InvariantResult = Readonly<{ id: string; ok: boolean; detail: string }>

/** Problems shown of one invariant; all are counted. */
const SHOWN_MAX = 3

/** Collects, invariant by invariant, how much was looked at and what is not as it must be. */
export type AuditFindings = Readonly<{
  /** Counts a thing that was looked at; a problem where the condition does not hold. */
  check(id: string, holds: boolean, problem: () => string): void
  /** Says what was looked at, for the detail. */
  describe(id: string, what: string): void
  results(): readonly InvariantResult[]
}>

type Finding = { readonly what: string[]; looked: number; broken: number; readonly problems: string[] }

/** The invariants I1 to I18, each with an empty finding. */
export function createAuditFindings(): AuditFindings {
  const findings = new Map<string, Finding>()
  for (let number = 1; number <= 18; number++) {
    findings.set(`I${number}`, { what: [], looked: 0, broken: 0, problems: [] })
  }
  const findingOf = (id: string): Finding => {
    const finding = findings.get(id)
    if (finding === undefined) throw new Error(`there is no invariant ${id}`)
    return finding
  }
  return {
    check(id, holds, problem) {
      const finding = findingOf(id)
      finding.looked += 1
      if (holds) return
      finding.broken += 1
      if (finding.problems.length < SHOWN_MAX) finding.problems.push(problem())
    },
    describe(id, what) {
      findingOf(id).what.push(what)
    },
    results: () => [...findings].map(([id, finding]) => resultOf(id, finding)),
  }
}

function resultOf(id: string, { what, looked, broken, problems }: Finding): InvariantResult {
  const scope = `${what.join('; ')} (${looked} checked)`
  if (broken === 0) return { id, ok: true, detail: scope }
  const more = broken > problems.length ? ` and ${broken - problems.length} more` : ''
  return { id, ok: false, detail: `${broken} of ${looked} broken: ${problems.join('; ')}${more}` }
}
