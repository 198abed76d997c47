import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/*
 * Runs a bench by name: npm run bench -- backtest --json. A bench is a file of this folder and also runs by
 * itself.
 */
const NOT_BENCHES = ['run.ts', 'synthetic.ts']
const [name = '', ...rest] = process.argv.slice(2)
const file = join(import.meta.dirname, `${name}.ts`)

if (!/^[a-z-]+$/.test(name) || NOT_BENCHES.includes(`${name}.ts`) || !existsSync(file)) {
  const names = readdirSync(import.meta.dirname)
    .filter((each) => each.endsWith('.ts') && !NOT_BENCHES.includes(each))
    .map((each) => each.slice(0, -'.ts'.length))
  process.stderr.write(`Usage: npm run bench -- NAME [OPTIONS]\n\nBenches: ${names.join(', ')}\n`)
  process.exitCode = 2
} else {
  process.exitCode = spawnSync(process.execPath, [file, ...rest], { stdio: 'inherit' }).status ?? 1
}
