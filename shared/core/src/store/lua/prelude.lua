-- What every script begins with: names of keys and the moves that several steps share.
-- ARGV[1] is the key prefix; keys are computed from it, which cluster mode off allows.
-- Times are ms since 1970, handed in: scripts never ask the clock. Numbers are written with
-- int(), because Lua's tostring() turns them into 1.7e+12.

local P = ARGV[1]
local PINGS, POOL = P .. 'ws:pings', P .. 'ws:pool'
local WAITING, ASKING = P .. 'fleet:waiting', P .. 'fleet:asking'
local STOPPING, STANDBY, WAKING = P .. 'fleet:stopping', P .. 'fleet:standby', P .. 'fleet:waking'
local ARRIVING = P .. 'fleet:arriving'
local READY, LIMIT = P .. 'fleet:ready', P .. 'fleet:limit'
-- Not asked for this long: the tab is closed (hidden tabs' timers run once a minute).
local ASKING_MS = 150000
-- How long a dead box is remembered, so that late events do not revive it.
local GONE_MS = 86400000

local call = redis.call

local function user_key(user) return P .. 'ws:' .. user end
local function box_key(instance) return P .. 'fleet:instance:' .. instance end
local function int(n) return string.format('%.0f', n) end
local function later(a, b)
  if a and tonumber(a) > tonumber(b) then return a end
  return b
end

-- The seat of a RUNNING user, as replies carry it.
local function seat(user)
  local s = call('HMGET', user_key(user), 'instanceId', 'epoch', 'since')
  local a = call('HMGET', box_key(s[1]), 'publicIp', 'privateIp')
  return user, s[1], s[2], s[3], a[1] or '', a[2] or ''
end

-- lastSeen and ws:pings move together and never backwards.
local function see(user, now)
  local seen = later(call('HGET', user_key(user), 'lastSeen'), now)
  call('HSET', user_key(user), 'lastSeen', seen)
  call('ZADD', PINGS, seen, user)
end

local function assign(user, instance, now)
  local old = call('HGET', user_key(user), 'epoch')
  local epoch = int(math.max(tonumber(old or '0') + 1, tonumber(now)))
  local public = call('HGET', box_key(instance), 'publicIp')
  call('HSET', user_key(user), 'instanceId', instance, 'publicIp', public or '', 'state', 'RUNNING',
    'ts', now, 'epoch', epoch, 'since', now)
  see(user, now)
  call('HDEL', user_key(user), 'warning')
  call('ZREM', WAITING, user)
  call('ZREM', ASKING, user)
  call('HSET', box_key(instance), 'state', 'RUNNING', 'owner', user, 'epoch', epoch, 'since', now)
end

-- Takes a waiting user out of the queue.
local function dequeue(user, now)
  call('ZREM', WAITING, user)
  call('ZREM', ASKING, user)
  call('HSET', user_key(user), 'state', 'STOPPED', 'ts', now)
  call('HDEL', user_key(user), 'since')
end

-- Ends a user's hold on a box. With `keep`, `since` stays, so that their next claim queues in
-- front of everybody who came later.
local function unseat(user, now, keep)
  call('ZREM', PINGS, user)
  call('HSET', user_key(user), 'state', 'STOPPED', 'ts', now)
  call('HDEL', user_key(user), 'instanceId', 'publicIp', 'warning')
  if not keep then call('HDEL', user_key(user), 'since') end
end

-- Puts a user into the queue, or keeps their place in it; replies with the place, from 1.
-- Whoever stopped asking starts again at the end.
local function queue(user, now)
  local state, since = unpack(call('HMGET', user_key(user), 'state', 'since'))
  local asked = call('ZSCORE', ASKING, user)
  if state == 'STARTING' and asked and tonumber(asked) < tonumber(now) - ASKING_MS then since = now end
  since = since or now
  if state ~= 'STARTING' then call('HSET', user_key(user), 'state', 'STARTING', 'ts', now) end
  call('HSET', user_key(user), 'since', since)
  call('ZADD', WAITING, since, user)
  call('ZADD', ASKING, later(asked, now), user)
  return int(call('ZRANK', WAITING, user) + 1)
end

-- What keeps the fleet from growing; '' if nothing does.
local function limit(now)
  local reason, to = unpack(call('HMGET', LIMIT, 'reason', 'until'))
  if reason and tonumber(to) > tonumber(now) then return reason end
  return ''
end

-- Takes a box out of every set of boxes.
local function unset(instance)
  call('SREM', POOL, instance)
  call('ZREM', STOPPING, instance)
  call('ZREM', STANDBY, instance)
  call('ZREM', WAKING, instance)
  call('ZREM', ARRIVING, instance)
end

-- Whoever Redis thinks has the box: user and their state, or nil.
local function holder(instance)
  local user = call('HGET', box_key(instance), 'owner')
  if not user then return nil end
  local s = call('HMGET', user_key(user), 'instanceId', 'state')
  if s[1] ~= instance then return nil end
  return user, s[2]
end

-- Puts a box into `fleet:stopping`; a stamp that is there stays. Replies with the stamp.
local function to_stopping(instance, now)
  local stamp = call('ZSCORE', STOPPING, instance)
  if stamp then return stamp end
  unset(instance)
  call('ZADD', STOPPING, now, instance)
  call('HSET', box_key(instance), 'state', 'STOPPING', 'since', now)
  return now
end

local function to_gone(instance, now)
  unset(instance)
  call('DEL', box_key(instance))
  call('HSET', box_key(instance), 'state', 'GONE', 'since', now)
  call('PEXPIRE', box_key(instance), GONE_MS)
end
