import { after, before } from 'node:test'
import { openPostgres } from '../../../src/adapters/postgres/connection.ts'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { testLeaseStore } from '../../contracts/lease.ts'
import { startPostgres } from '../../servers/postgres.ts'
import type { PostgresServer } from '../../servers/postgres.ts'
import { leaseStage } from './stored-trading.ts'

let pglite: SqlDatabase
let server: PostgresServer
let db: SqlDatabase
before(async () => {
  pglite = await openMemoryPglite()
  server = await startPostgres()
  db = await openPostgres({ url: server.url, passwordFile: null, applicationName: 'test', poolMax: 8 })
})
after(async () => {
  await pglite.close()
  await db.close()
  await server.remove()
})

testLeaseStore('PGlite', () => leaseStage(pglite))
testLeaseStore('PostgreSQL', () => leaseStage(db))
