import { pino } from 'pino'
import type { Logger } from 'pino'
import { metrics } from '../../engine/telemetry.ts'
import type { LogFields, LogLevel, Metric, Telemetry } from '../../engine/telemetry.ts'
import { createMetricRegistry } from './metric-registry.ts'
import { redactFields, redactText } from './redaction.ts'

export type LogFormat = 'json' | 'text'

export type TelemetryOptions = Readonly<{
  service: string
  owner: string
  level: LogLevel
  format: LogFormat
  write: (line: string) => void
}>

/** What a service told, as the health server shows it. */
export interface ServiceTelemetry extends Telemetry {
  /** Why each part that was named cannot do its work; empty where it can. */
  parts(): Readonly<Record<string, string>>
  fields(): LogFields
  /** All metrics in the text format of Prometheus. */
  exposition(): Promise<Readonly<{ contentType: string; text: string }>>
  /** The service begins, or begins anew: what it said of its parts and its gauges does not hold. */
  restarted(): void
}

export function createTelemetry(options: TelemetryOptions): ServiceTelemetry {
  const { service, owner } = options
  const log = createLog(options)
  const registry = createMetricRegistry(service)
  const parts = new Map<string, string>()
  const fields = new Map<string, LogFields[string]>()
  return {
    log: (level, message, more = {}) => {
      log(level, redactText(message), redactFields(more))
    },
    count: registry.count,
    set: registry.set,
    observe: registry.observe,
    ready(part, reason) {
      const before = parts.get(part)
      if (before === reason) return
      parts.set(part, redactText(reason))
      if (reason !== '') log('warn', `not ready: ${part}`, redactFields({ reason }))
      else if (before !== undefined) log('info', `ready: ${part}`, {})
    },
    status(more) {
      for (const [name, value] of Object.entries(redactFields(more))) fields.set(name, value)
    },
    parts: () => Object.fromEntries(parts),
    fields: () => ({ service, owner, ...Object.fromEntries(fields) }),
    exposition: registry.exposition,
    restarted() {
      parts.clear()
      parts.set('service', 'starts')
      fields.clear()
      for (const [name, { type }] of Object.entries(metrics)) {
        if (type === 'gauge') registry.set(name as Metric, 0)
      }
    },
  }
}

type Log = (level: LogLevel, message: string, fields: LogFields) => void

function createLog({ service, owner, level, format, write }: TelemetryOptions): Log {
  const logger: Logger = pino(
    {
      level,
      base: { service, owner },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    {
      write:
        format === 'json'
          ? write
          : (line) => {
              write(textLine(line))
            },
    },
  )
  return (at, message, fields) => {
    logger[at](fields, message)
  }
}

const HEAD = ['time', 'level', 'service', 'owner', 'msg']

/** One line for people: `12:00:01.250 warn  ws: the feed was lost reason="no data"`. */
function textLine(json: string): string {
  const record = JSON.parse(json) as Readonly<Record<string, unknown>>
  const fields = Object.entries(record).filter(([name]) => !HEAD.includes(name))
  const rest = fields.map(([name, value]) => ` ${name}=${shown(value)}`).join('')
  const [time, level, service, , message] = HEAD.map((name) => String(record[name]))
  return `${time?.slice(11, 23)} ${level?.padEnd(5)} ${service}: ${onOneLine(message ?? '')}${rest}\n`
}

/** Control characters could forge a line, or write over one. */
const onOneLine = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))

const shown = (value: unknown): string => {
  const text = String(value)
  return /^[\w./:@%+-]+$/.test(text) ? text : JSON.stringify(text)
}
