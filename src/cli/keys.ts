import { userInfo } from 'node:os'
import type { OperatorCommand } from '../services/embedded.ts'

export type Keys = Readonly<{ take(): readonly OperatorCommand[]; close(): void }>

export const KEYS_HELP = 'keys: h halt, c halt and cancel, r reduce only, g go on, q quit'

const actions = { h: 'halt', c: 'haltCancel', r: 'reduceOnly', g: 'resume' } as const
const INTERRUPT = '\u0003'

/** Single keys of a terminal as commands, signed with the name of the user. */
export function readKeys(stdin: NodeJS.ReadStream, onQuit: () => void): Keys {
  const commands: OperatorCommand[] = []
  const actor = userInfo().username
  const onKeys = (text: string): void => {
    for (const key of text) {
      // A raw terminal sends no signal for Ctrl-C: the first drains, the second ends.
      if (key === INTERRUPT) process.kill(process.pid, 'SIGINT')
      else if (key === 'q') onQuit()
      else if (key in actions) {
        const action = actions[key as keyof typeof actions]
        commands.push({
          action,
          scope: 'global',
          actor,
          approver: '',
          reason: 'keyboard',
          subject: '',
          value: '',
        })
      }
    }
  }
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.on('data', onKeys)
  stdin.resume()
  return {
    take: () => commands.splice(0),
    close() {
      stdin.off('data', onKeys)
      stdin.setRawMode(false)
      stdin.pause()
    },
  }
}
