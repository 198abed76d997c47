import type { CliCommand } from '../command.ts'
import { exitCodes, flagOption } from '../command.ts'
import { programVersion } from '../program-version.ts'

export const version: CliCommand = {
  name: 'version',
  summary: 'print the version',
  help: `Usage: cdb version [--json]

Prints the version of cdb and of the Node.js it runs on.

Options:
  --json  print data instead of text

Examples:
  cdb version
  cdb version --json
`,
  options: { json: { type: 'boolean' } },
  async run(terminal, args) {
    const facts = { version: programVersion(), node: process.versions.node }
    const text = flagOption(args, 'json')
      ? JSON.stringify(facts)
      : `cdb ${facts.version} (Node.js ${facts.node})`
    terminal.stdout.write(`${text}\n`)
    return Promise.resolve(exitCodes.ok)
  },
}
