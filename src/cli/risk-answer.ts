import type { CliArgs, Terminal } from './command.ts'
import { exitCodes, flagOption } from './command.ts'
import { answerOf, sendCommand, withControlLog } from './control-log.ts'
import type { CommandRequest } from './control-log.ts'

export const answerHelp = `\
Risk judges the command; its answer is waited for 5 seconds. Without one the command stands on the log all the same,
and risk answers when it runs.
`

/**
 * Sends a command that risk judges and prints what risk says. `silence` is what it means when risk says
 * nothing. Returns the exit code: refused is failed.
 */
export async function sendJudged(
  terminal: Terminal,
  args: CliArgs,
  judged: Readonly<{ command: string; order: CommandRequest; silence: string }>,
): Promise<number> {
  const { command, order, silence } = judged
  const { sent, answer } = await withControlLog(process.env, command, async ({ log }) => {
    const entry = await sendCommand(log, order)
    return { sent: entry, answer: await answerOf(log, entry.seq) }
  })
  const data = { ...order, ...sent, answer: answer?.code ?? null, message: answer?.message ?? silence }
  const words = `entry ${sent.seq}: ${answer === null ? silence : `${answer.code}: ${answer.message}`}\n`
  terminal.stdout.write(flagOption(args, 'json') ? `${JSON.stringify(data)}\n` : words)
  return answer?.code === 'COMMAND_REFUSED' ? exitCodes.failed : exitCodes.ok
}
