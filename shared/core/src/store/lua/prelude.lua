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
-- Whose sessions were revoked, until when (ms).
local REVOKED = P .. 'fleet:revoked'
-- LIST: how long the last boots took (ms), newest first.
local BOOTS = P .. 'fleet:boots'
-- HASH: how many spares keep the promise, and until when that holds (ms).
local SPARES = P .. 'fleet:spares'
-- Not asked for this long: the tab is closed (hidden tabs' timers run once a minute).
local ASKING_MS = 150000
-- How many of those who are gone one step takes out of the queue: it holds up everybody else.
local GHOSTS = 8
-- How long a dead box is remembered, so that late events do not revive it.
local GONE_MS = 86400000

local call = redis.call

local function user_key(user) return P .. 'ws:' .. user end
local function box_key(instance) return P .. 'fleet:instance:' .. instance end
-- STRING: how many people without a box came in each slot of ten seconds of a day (UTC, counted from
-- 1970), 16 bits each.
local function logins_key(day) return P .. 'fleet:logins:' .. day end
local function name_key(instance) return P .. 'fleet:name:' .. instance end
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

-- What belongs to a seat, beside the box, ends with it: `warning` (of AWS: threat and ms), `ends`
-- (when its time is over, once its user was told: ms), `stayed` (when its user said last that they
-- stay: ms).
local function forget_threats(user) call('HDEL', user_key(user), 'warning', 'ends', 'stayed') end

-- What the user of a box is to be told: threat and ms, or nothing. What AWS does cannot be put
-- off, so that comes first.
local function threat(user)
  local warning, ends = unpack(call('HMGET', user_key(user), 'warning', 'ends'))
  local what, at = string.match(warning or '', '^(%S+) (%d+)$')
  if what then return what, at end
  if ends then return 'lifetime', ends end
end

-- Whether that is the user's current seat.
local function sits(user, instance, epoch)
  local s = call('HMGET', user_key(user), 'state', 'instanceId', 'epoch')
  return s[1] == 'RUNNING' and s[2] == instance and s[3] == epoch
end

local function assign(user, instance, now)
  local old = call('HGET', user_key(user), 'epoch')
  local epoch = int(math.max(tonumber(old or '0') + 1, tonumber(now)))
  local public = call('HGET', box_key(instance), 'publicIp')
  call('HSET', user_key(user), 'instanceId', instance, 'publicIp', public or '', 'state', 'RUNNING',
    'ts', now, 'epoch', epoch, 'since', now)
  see(user, now)
  forget_threats(user)
  call('ZREM', WAITING, user)
  call('ZREM', ASKING, user)
  call('HSET', box_key(instance), 'state', 'RUNNING', 'owner', user, 'epoch', epoch, 'since', now)
end

-- How long somebody in the queue has waited (ms): since they came, not since they had a box that died.
local function waited(user, now)
  local since, ts = unpack(call('HMGET', user_key(user), 'since', 'ts'))
  return math.max(0, tonumber(now) - tonumber(later(ts, since or now)))
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
  call('HDEL', user_key(user), 'instanceId', 'publicIp')
  forget_threats(user)
  if not keep then call('HDEL', user_key(user), 'since') end
end

-- What keeps the fleet from growing; '' if nothing does.
local function limit(now)
  local reason, to = unpack(call('HMGET', LIMIT, 'reason', 'until'))
  if reason and tonumber(to) > tonumber(now) then return reason end
  return ''
end

-- Since when the box boots that will come to a place of the queue: those that are woken come
-- first, being quicker; '' while there are fewer than that.
local function booting(position)
  local woken = call('ZCARD', WAKING)
  local key, rank = WAKING, position - 1
  if position > woken then key, rank = ARRIVING, position - woken - 1 end
  return call('ZRANGE', key, rank, rank, 'WITHSCORES')[2] or ''
end

-- The median of the last boots (of an even number the longer one in the middle); '' if none was
-- measured.
local function boot()
  local took = call('LRANGE', BOOTS, 0, -1)
  table.sort(took, function(a, b) return tonumber(a) < tonumber(b) end)
  return took[math.floor(#took / 2) + 1] or ''
end

-- Puts a user into the queue, or keeps their place in it. Replies with position (from 1), since
-- when they wait (which is not `since` of those whose box died), booting, boot, limit. Whoever
-- stopped asking starts again at the end; those who are gone leave the queue, longest ago first, so
-- that nobody stands behind them.
local function queue(user, now)
  local state, since, ts = unpack(call('HMGET', user_key(user), 'state', 'since', 'ts'))
  local asked = call('ZSCORE', ASKING, user)
  local gone = tonumber(now) - ASKING_MS
  if state == 'STARTING' and asked and tonumber(asked) < gone then since = now end
  since = since or now
  if state ~= 'STARTING' then
    ts = now
    call('HSET', user_key(user), 'state', 'STARTING', 'ts', ts)
  end
  call('HSET', user_key(user), 'since', since)
  call('ZADD', WAITING, since, user)
  call('ZADD', ASKING, later(asked, now), user)
  for _, ghost in ipairs(call('ZRANGEBYSCORE', ASKING, '-inf', '(' .. int(gone), 'LIMIT', 0, GHOSTS)) do
    dequeue(ghost, now)
  end
  local position = call('ZRANK', WAITING, user) + 1
  return int(position), later(ts, since), booting(position), boot(), limit(now)
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

-- Begins the stop of a RUNNING user's box. Replies with the box and the stamp.
local function begin(user, instance, now)
  call('ZREM', PINGS, user)
  call('HSET', user_key(user), 'state', 'STOPPING', 'ts', now)
  return instance, to_stopping(instance, now)
end

-- A user's sessions that began until then are over, or until later, if that was said before.
local function note_revoked(user, at) return call('ZADD', REVOKED, 'GT', 'CH', at, user) == 1 end

local function to_gone(instance, now)
  unset(instance)
  call('DEL', box_key(instance))
  call('HSET', box_key(instance), 'state', 'GONE', 'since', now)
  call('PEXPIRE', box_key(instance), GONE_MS)
end
