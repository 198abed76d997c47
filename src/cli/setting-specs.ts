import { roles } from '../engine/lease.ts'
import type { Role } from '../engine/lease.ts'

/** How the text of a setting is read. */
export type SettingType =
  | 'text'
  | 'postgresUrl'
  | 'redisUrl'
  | 'httpUrl'
  | 'streamUrl'
  | 'mailUrl'
  | 'file'
  | 'folder'
  | SettingScalar
type SettingScalar =
  | 'instrument'
  | 'name'
  | 'pairs'
  | 'amount'
  | 'flag'
  | 'port'
  | 'days'
  | 'duration'
  | 'level'
  | 'format'
  | 'mode'
  | 'addresses'

/** One setting of the services: a variable of the environment, or a key of the file that --config names. */
export type SettingSpec = Readonly<{
  name: string
  type: SettingType
  /** Null where it has none: unset means absent, or the setting is required. */
  default: string | null
  required: boolean
  /** Its value may carry a password. */
  isSecret: boolean
  /** Who reads it. */
  services: readonly Role[]
  meaning: string
}>

type Extras = Readonly<{
  default?: string
  required?: boolean
  isSecret?: boolean
  services?: readonly Role[]
}>

const spec = (name: string, type: SettingType, meaning: string, extras: Extras = {}): SettingSpec => ({
  name,
  type,
  default: extras.default ?? null,
  required: extras.required === true,
  isSecret: extras.isSecret === true,
  services: extras.services ?? roles,
  meaning,
})

const VENUE: readonly Role[] = ['ws', 'execution']
const WRITER: readonly Role[] = ['db-writer']

/** Every setting; docs/reference/configuration.md lists the same, by test. */
export const settingSpecs: readonly SettingSpec[] = [
  spec(
    'DATABASE_URL',
    'postgresUrl',
    'The database: `postgres://USER@HOST:5432/DATABASE`, `?sslmode=verify-full&sslrootcert=FILE` for TLS.',
    { required: true, isSecret: true },
  ),
  spec(
    'DATABASE_PASSWORD_FILE',
    'file',
    'File with the password of the database, read for every new connection.',
  ),
  spec('REDIS_URL', 'redisUrl', 'The wire: `redis://USER@HOST:6379`, `rediss://` for TLS.', {
    required: true,
    isSecret: true,
  }),
  spec('REDIS_PASSWORD_FILE', 'file', 'File with the password of Redis, read for every new connection.'),
  spec('REDIS_CA_FILE', 'file', 'Certificate of the authority that signed the one of Redis.'),
  spec('CDB_ACCOUNT', 'name', 'The account; one database holds one.', { default: 'paper' }),
  spec('CDB_INSTRUMENT', 'instrument', 'The instrument that is traded.', { default: 'BTCUSDT.SIM' }),
  spec('CDB_STRATEGY', 'text', 'A built-in strategy, or a strategy file.', { default: 'momentum' }),
  spec('CDB_PARAMS', 'pairs', 'Parameters of the strategy: `lookback=5m,threshold=0.1`.', { default: '' }),
  spec('CDB_REGIME', 'pairs', 'Regime classifier and allocation by regime.', { default: '' }),
  spec(
    'CDB_LIMITS',
    'pairs',
    'Limits at the start, by key: `C05.share=0.02,C12.accountMax=20`. Later ones are set by `cdb limits`.',
    { default: '' },
  ),
  spec('CDB_SIZING', 'pairs', 'Size and protection of entries.', { default: '' }),
  spec(
    'CDB_WARM_UP',
    'duration',
    'How much of the market stream the strategy reads before it says anything: the longest of its windows.',
    { default: '10m', services: ['signal'] },
  ),
  spec('CDB_CASH', 'amount', 'Cash at the start, in the quote asset.', { default: '10000' }),
  spec('CDB_SHORT', 'flag', 'The account may sell what it does not hold.', { default: 'false' }),
  spec('CDB_MODE', 'mode', '`paper` or `live`. Live needs CDB_LIVE_ACCOUNT and CDB_VENUE_KEY_FILE as well.', {
    default: 'paper',
  }),
  spec('CDB_LIVE_ACCOUNT', 'name', 'The account once more, so that no single setting makes orders real.'),
  spec('CDB_VENUE_URL', 'httpUrl', 'REST address of the venue.', {
    default: 'http://127.0.0.1:8010',
    services: VENUE,
  }),
  spec(
    'CDB_VENUE_STREAM_URL',
    'streamUrl',
    'WebSocket address of the venue; unset: the REST address with `ws`.',
    { services: VENUE },
  ),
  spec(
    'CDB_VENUE_KEY_FILE',
    'file',
    'File with `{"apiKey": "...", "secret": "..."}`, read again when it changes. Unset: the key of `cdb venue`.',
    { services: ['execution'] },
  ),
  spec('CDB_HEALTH_HOST', 'text', 'Address that the health server listens on.', { default: '127.0.0.1' }),
  spec(
    'CDB_HEALTH_PORT',
    'port',
    'Its port; 0 takes a free one. Unset: 8000 ws, 8001 signal, 8002 risk, 8003 execution, 8004 db-writer.',
  ),
  spec('CDB_LOG_LEVEL', 'level', '`debug`, `info`, `warn` or `error`.', { default: 'info' }),
  spec('CDB_LOG_FORMAT', 'format', '`json` or `text`. Unset: text on a terminal, else json.'),
  spec('CDB_REPLICA', 'name', 'Begins the name of this process among the replicas. Unset: the host name.'),
  spec('CDB_REPORT_FOLDER', 'folder', 'Where daily reports are written; unset: none are.', {
    services: WRITER,
  }),
  spec('CDB_RETENTION_DAYS', 'days', 'Trades are kept this long.', { default: '30', services: WRITER }),
  spec('CDB_SMTP_URL', 'mailUrl', 'Mail server for daily reports: `smtps://USER:PASSWORD@HOST`.', {
    isSecret: true,
    services: WRITER,
  }),
  spec('CDB_MAIL_FROM', 'text', 'Sender of daily reports.', { services: WRITER }),
  spec('CDB_MAIL_TO', 'addresses', 'Receivers of daily reports, with commas between.', { services: WRITER }),
]
