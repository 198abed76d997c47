import { readFileSync } from 'node:fs'
import { nearestName } from '../adapters/system/strategy-file.ts'
import { money } from '../domain/decimal.ts'
import type { Money } from '../domain/decimal.ts'
import { CdbError } from '../domain/errors.ts'
import type { Instrument } from '../domain/instrument.ts'
import { instrumentOf } from '../domain/instruments.ts'
import { parseDuration } from '../domain/param.ts'
import type { LogLevel } from '../engine/telemetry.ts'
import { settingSpecs } from './setting-specs.ts'
import type { SettingSpec, SettingType } from './setting-specs.ts'

type Pairs = Readonly<Record<string, string>>
export type Environment = Readonly<Record<string, string | undefined>>

/** The settings of a service as it uses them. */
export type ServiceSettings = Readonly<{
  database: Readonly<{ url: string; passwordFile: string | null }>
  redis: Readonly<{ url: string; passwordFile: string | null; caFile: string | null }>
  account: string
  instrument: Instrument
  strategy: string
  params: Pairs
  regime: Pairs
  limits: Pairs
  sizing: Pairs
  cash: Money
  short: boolean
  isLive: boolean
  venue: Readonly<{ url: string; streamUrl: string; keyFile: string | null }>
  /** A null port is the one of the service. */
  health: Readonly<{ host: string; port: number | null }>
  log: Readonly<{ level: LogLevel; format: 'json' | 'text' | null }>
  replica: string | null
  reports: Readonly<{ folder: string | null; mail: MailSettings | null }>
  retentionDays: number
  warmUpMs: number
}>

export type MailSettings = Readonly<{ url: string; from: string; to: readonly string[] }>

/** Variables that tests and tools of the repository read: no settings, but no mistakes either. */
const OTHER_VARIABLES = ['CDB_DATA_DIR', 'CDB_UPDATE_GOLDEN', 'CDB_TOOLS_DIR']

/**
 * Settings from the environment and, for what it does not set, a file. Throws CDB_CONFIG_INVALID with one
 * line for each setting that is wrong, CDB_FILE_MISSING and CDB_FILE_UNREADABLE. `needed` are those that
 * must be set; null takes what the table says.
 */
export function parseServiceSettings(
  environment: Environment,
  configFile: string | null,
  needed: readonly string[] | null = null,
): ServiceSettings {
  const problems: string[] = []
  const given = givenSettings(environment, configFile, problems)
  const texts = new Map<string, string>()
  for (const each of settingSpecs) {
    const isRequired = needed === null ? each.required : needed.includes(each.name)
    const text = given.get(each.name) ?? each.default
    if (text === null) {
      if (isRequired) problems.push(`${each.name} is not set`)
      continue
    }
    const problem = problemOf(each, text)
    if (problem === null) texts.set(each.name, text)
    else problems.push(`${each.name} ${problem}`)
  }
  problems.push(...problemsTogether(texts))
  if (problems.length === 0) return settingsOf(texts)
  throw new CdbError('CDB_CONFIG_INVALID', problems.join('\n  '), {
    mend: 'see docs/reference/configuration.md',
  })
}

function givenSettings(
  environment: Environment,
  configFile: string | null,
  problems: string[],
): ReadonlyMap<string, string> {
  const given = new Map<string, string>()
  const isKnown = (name: string): boolean => settingSpecs.some((each) => each.name === name)
  for (const [name, value] of Object.entries(configFile === null ? {} : readConfig(configFile))) {
    if (!isKnown(name)) problems.push(`${name} in ${configFile} is not a setting${nearest(name)}`)
    else if (['string', 'number', 'boolean'].includes(typeof value)) given.set(name, String(value))
    else problems.push(`${name} in ${configFile} is not text`)
  }
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || OTHER_VARIABLES.includes(name)) continue
    if (isKnown(name)) {
      // An empty variable is how compose files and shells say "not set".
      if (value !== '') given.set(name, value)
    } else if (name.startsWith('CDB_')) problems.push(`${name} is not a setting${nearest(name)}`)
  }
  return given
}

function readConfig(path: string): Readonly<Record<string, unknown>> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new CdbError(
      isMissing ? 'CDB_FILE_MISSING' : 'CDB_FILE_UNREADABLE',
      `--config ${path} ${isMissing ? 'is not there' : 'cannot be read'}`,
      { cause: error },
    )
  }
  const value = parseJson(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new CdbError('CDB_CONFIG_INVALID', `--config ${path} is not one JSON object`, {
    mend: 'write {"CDB_ACCOUNT": "paper", ...}',
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** A name that differs in a letter or two is most likely what was meant. */
function nearest(name: string): string {
  const names = settingSpecs.map((each) => each.name)
  const best = nearestName(name, names)
  return best === null ? '' : `; did you mean ${best}?`
}

/** What is wrong with the text; null when nothing is. A value that may hold a password is not shown. */
function problemOf({ type, isSecret }: SettingSpec, text: string): string | null {
  const mend = mendOf(type, text)
  if (mend === null) return null
  return isSecret ? `is not usable: ${mend}` : `is ${JSON.stringify(text.slice(0, 80))}: ${mend}`
}

const RETENTION_DAYS_MAX = 36_500
const PORT_MAX = 65_535

function mendOf(type: SettingType, text: string): string | null {
  switch (type) {
    case 'text':
    case 'file':
    case 'folder':
      return text.trim() === '' ? 'write something' : null
    case 'postgresUrl':
      return urlMend(text, ['postgres:', 'postgresql:'], 'postgres://USER@HOST:5432/DATABASE')
    case 'redisUrl':
      return urlMend(text, ['redis:', 'rediss:'], 'redis://USER@HOST:6379')
    case 'httpUrl':
      return urlMend(text, ['http:', 'https:'], 'https://HOST')
    case 'streamUrl':
      return urlMend(text, ['ws:', 'wss:'], 'wss://HOST')
    case 'mailUrl':
      return urlMend(text, ['smtp:', 'smtps:'], 'smtps://USER:PASSWORD@HOST')
    case 'instrument':
      return thrownMend(() => instrumentOf(text))
    case 'amount':
      return thrownMend(() => money(text)) ?? (money(text) > 0n ? null : 'write an amount above 0')
    case 'name':
      return /^[A-Za-z0-9._-]{1,64}$/.test(text) ? null : 'use letters, digits, dot, dash and underscore'
    case 'pairs':
      return thrownMend(() => parsePairs(text))
    case 'port':
      return wholeMend(text, 0, PORT_MAX)
    case 'days':
      return wholeMend(text, 1, RETENTION_DAYS_MAX)
    case 'duration':
      return parseDuration(text) === undefined ? 'write for example 90s, 10m or 1d' : null
    case 'flag':
      return choiceMend(text, ['true', 'false'])
    case 'level':
      return choiceMend(text, levels)
    case 'format':
      return choiceMend(text, ['json', 'text'])
    case 'mode':
      return choiceMend(text, ['paper', 'live'])
    case 'addresses':
      return text.split(',').every((each) => /^\s*[^\s@,]+@[^\s@,]+\s*$/.test(each))
        ? null
        : 'write a@b.c,d@e.f'
    default:
      return type satisfies never
  }
}

const levels = ['debug', 'info', 'warn', 'error'] as const

const choiceMend = (text: string, choices: readonly string[]): string | null =>
  choices.includes(text) ? null : `use ${choices.join(', ')}`

const wholeMend = (text: string, min: number, max: number): string | null =>
  /^\d{1,6}$/.test(text) && Number(text) >= min && Number(text) <= max
    ? null
    : `use a whole number from ${min} to ${max}`

function urlMend(text: string, protocols: readonly string[], example: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && protocols.includes(url.protocol) && url.hostname !== '' ? null : `write ${example}`
}

function thrownMend(parse: () => unknown): string | null {
  try {
    parse()
    return null
  } catch (error) {
    if (!(error instanceof CdbError)) throw error
    return error.mend === '' ? error.message : `${error.message}; ${error.mend}`
  }
}

/** `a=1,b=2` as a record. Throws CDB_CONFIG_INVALID. */
function parsePairs(text: string): Pairs {
  const pairs = new Map<string, string>()
  for (const item of text.split(',').map((each) => each.trim())) {
    if (item === '') continue
    const at = item.indexOf('=')
    const key = item.slice(0, at).trim()
    if (at < 1 || pairs.has(key)) {
      throw new CdbError(
        'CDB_CONFIG_INVALID',
        `${item.slice(0, 60)} ${at < 1 ? 'is not key=value' : 'is given twice'}`,
        { mend: 'write key=value,key=value' },
      )
    }
    pairs.set(key, item.slice(at + 1).trim())
  }
  return Object.fromEntries(pairs)
}

/** Venues whose orders are real. */
const REAL_HOST = /(?:^|\.)(?:binance\.(?:com|us)|mexc\.com)$/
const TEST_HOST = /^(?:testnet|demo)/

function problemsTogether(texts: ReadonlyMap<string, string>): readonly string[] {
  const problems: string[] = []
  const account = texts.get('CDB_ACCOUNT')
  const live = texts.get('CDB_LIVE_ACCOUNT')
  if (texts.get('CDB_MODE') === 'live') {
    if (live === undefined) problems.push('CDB_LIVE_ACCOUNT is not set, which CDB_MODE=live needs')
    else if (live !== account) problems.push('CDB_LIVE_ACCOUNT is not the account that CDB_ACCOUNT names')
    if (!texts.has('CDB_VENUE_KEY_FILE')) {
      problems.push('CDB_VENUE_KEY_FILE is not set, which CDB_MODE=live needs')
    }
  } else {
    const host = new URL(texts.get('CDB_VENUE_URL') ?? 'http://none').hostname
    if (REAL_HOST.test(host) && !TEST_HOST.test(host)) {
      problems.push(`CDB_VENUE_URL names ${host}, where orders are real, and CDB_MODE is not live`)
    }
  }
  const mail = ['CDB_SMTP_URL', 'CDB_MAIL_FROM', 'CDB_MAIL_TO']
  const set = mail.filter((name) => texts.has(name))
  if (set.length > 0 && set.length < mail.length) {
    problems.push(
      ...mail.filter((name) => !texts.has(name)).map((name) => `${name} is not set, which mail needs`),
    )
  }
  return problems
}

/** What has been checked is read. */
function settingsOf(texts: ReadonlyMap<string, string>): ServiceSettings {
  const text = (name: string): string => texts.get(name) ?? ''
  const optional = (name: string): string | null => texts.get(name) ?? null
  const pairs = (name: string): Pairs => parsePairs(text(name))
  const port = optional('CDB_HEALTH_PORT')
  const url = text('CDB_VENUE_URL')
  const smtpUrl = optional('CDB_SMTP_URL')
  const format = optional('CDB_LOG_FORMAT')
  return {
    database: { url: text('DATABASE_URL'), passwordFile: optional('DATABASE_PASSWORD_FILE') },
    redis: {
      url: text('REDIS_URL'),
      passwordFile: optional('REDIS_PASSWORD_FILE'),
      caFile: optional('REDIS_CA_FILE'),
    },
    account: text('CDB_ACCOUNT'),
    instrument: instrumentOf(text('CDB_INSTRUMENT')),
    strategy: text('CDB_STRATEGY'),
    params: pairs('CDB_PARAMS'),
    regime: pairs('CDB_REGIME'),
    limits: pairs('CDB_LIMITS'),
    sizing: pairs('CDB_SIZING'),
    cash: money(text('CDB_CASH')),
    short: text('CDB_SHORT') === 'true',
    isLive: text('CDB_MODE') === 'live',
    venue: {
      url,
      streamUrl: optional('CDB_VENUE_STREAM_URL') ?? url.replace(/^http/, 'ws'),
      keyFile: optional('CDB_VENUE_KEY_FILE'),
    },
    health: { host: text('CDB_HEALTH_HOST'), port: port === null ? null : Number(port) },
    log: {
      level: levels.find((level) => level === text('CDB_LOG_LEVEL')) ?? 'info',
      format: format === 'json' || format === 'text' ? format : null,
    },
    replica: optional('CDB_REPLICA'),
    reports: {
      folder: optional('CDB_REPORT_FOLDER'),
      mail:
        smtpUrl === null
          ? null
          : {
              url: smtpUrl,
              from: text('CDB_MAIL_FROM'),
              to: text('CDB_MAIL_TO')
                .split(',')
                .map((address) => address.trim()),
            },
    },
    retentionDays: Number(text('CDB_RETENTION_DAYS')),
    warmUpMs: parseDuration(text('CDB_WARM_UP')) ?? 0,
  }
}
