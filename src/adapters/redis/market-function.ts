import { isReply } from './redis-error.ts'
import type { RedisLine } from './connection.ts'

/** Name of the function that publishes, and of the field of each part of an entry. */
export const PUBLISH_FUNCTION = 'cdb_publish'

/*
 * Publishing is one step within Redis, so that a publisher of an older epoch cannot write between the
 * question and the answer. An entry has the fields e (epoch), s (number of the first event), n (events),
 * t (when it was sent, ms) and b (the events). Its id is the time it was sent, so that a position can be
 * found by time, also after the stream was lost and begun anew; when the clock goes back, the newest id's
 * time is kept.
 */
const LIBRARY = `#!lua name=cdb
local function field(entry, name)
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == name then return tonumber(fields[i + 1]) end
  end
  return nil
end

local function add(key, ms, args)
  return redis.pcall('XADD', key, 'MAXLEN', '~', args[5], ms .. '-*',
    'e', args[1], 's', args[2], 'n', args[3], 't', args[4], 'b', args[6])
end

redis.register_function('${PUBLISH_FUNCTION}', function(keys, args)
  local key = keys[1]
  local epoch, first, count = tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
  local newest = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  local ms = args[4]
  if newest then
    local newestEpoch, newestFirst = field(newest, 'e'), field(newest, 's')
    local newestCount = field(newest, 'n')
    if newestEpoch and newestEpoch > epoch then
      return redis.error_reply('FENCED epoch ' .. newestEpoch .. ' has published')
    end
    if newestEpoch == epoch and newestFirst and newestCount and first + count <= newestFirst + newestCount then
      return 0
    end
    local newestMs = string.match(newest[1], '^(%d+)-')
    if tonumber(newestMs) > tonumber(ms) then ms = newestMs end
  end
  local reply = add(key, ms, args)
  if type(reply) == 'table' and reply.err then return redis.error_reply(reply.err) end
  return 1
end)
`

/** Loads the functions into Redis; harmless where they are. Throws CDB_REDIS_REFUSED without the right. */
export async function loadRedisFunctions(redis: RedisLine): Promise<void> {
  await redis.run((client) => client.call('FUNCTION', 'LOAD', 'REPLACE', LIBRARY))
}

/** Redis is new, or its functions were flushed. */
export const isFunctionMissing = (error: unknown): boolean =>
  isReply(error) && error instanceof Error && error.message.startsWith('ERR Function not found')
