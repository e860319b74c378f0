-- adopt: makes Redis agree with durable items, one after the other.
-- ARGV: prefix, now, items as JSON: [{user, state, instance, epoch, since, publicIp, privateIp} |
--   {instance, box: "parked" | "waking"} | {revoked: user, at}]; numbers are strings
-- Reply: ADOPTED changed, then the users whose open or ending seat names a box known to be dead
-- Keeps: the item wins; a box is taken from whoever Redis thinks has it; what already agrees is
--   not touched, so repeating it refreshes nobody's lastSeen.
local now = ARGV[2]
local changed, dead = 0, {}

-- The box that Redis wrongly gave: nobody's, until reconciling finds out what it is.
local function forget(instance)
  unset(instance)
  call('DEL', box_key(instance))
end

-- Frees a user from whatever Redis thinks they have or wait for, unless it is `but`.
local function loosen(user, but)
  local state, instance = unpack(call('HMGET', user_key(user), 'state', 'instanceId'))
  if state == 'STARTING' then
    dequeue(user, now)
  elseif instance and instance ~= but then
    if state == 'RUNNING' then forget(instance) else call('HDEL', box_key(instance), 'owner', 'epoch') end
    unseat(user, now, false)
  end
end

-- Takes a box from anybody but `user`.
local function seize(instance, user)
  local other, state = holder(instance)
  if other and other ~= user then unseat(other, now, state == 'RUNNING') end
end

local function put(item, state)
  local user, instance = item.user, item.instance
  loosen(user, instance)
  seize(instance, user)
  local known = call('HMGET', box_key(instance), 'publicIp', 'privateIp')
  local public = item.publicIp ~= '' and item.publicIp or known[1] or ''
  local private = item.privateIp ~= '' and item.privateIp or known[2] or ''
  call('HSET', user_key(user), 'instanceId', instance, 'publicIp', public, 'state', state,
    'ts', now, 'epoch', item.epoch, 'since', item.since)
  forget_threats(user)
  if state == 'RUNNING' then
    unset(instance)
    see(user, now)
    call('HSET', box_key(instance), 'state', state, 'since', item.since)
  else
    call('ZREM', PINGS, user)
    to_stopping(instance, now)
  end
  call('HSET', box_key(instance), 'publicIp', public, 'privateIp', private,
    'owner', user, 'epoch', item.epoch)
end

local function adopt_user(item)
  local user, instance, epoch = item.user, item.instance, item.epoch
  local s = call('HMGET', user_key(user), 'state', 'instanceId', 'epoch')
  if item.state == 'closed' then
    if (s[1] == 'RUNNING' or s[1] == 'STOPPING') and tonumber(s[3]) <= tonumber(epoch) then
      loosen(user, nil)
    elseif s[3] and tonumber(s[3]) >= tonumber(epoch) then
      return false
    end
    call('HSET', user_key(user), 'epoch', epoch)
    return true
  end
  -- What the user was given instead stays theirs: it opens once the dead box's seat is closed.
  if call('HGET', box_key(instance), 'state') == 'GONE' then
    table.insert(dead, user)
    return false
  end
  local state = item.state == 'open' and 'RUNNING' or 'STOPPING'
  if s[1] == state and s[2] == instance and s[3] == epoch then return false end
  put(item, state)
  return true
end

local function adopt_box(item)
  local instance = item.instance
  local state = call('HGET', box_key(instance), 'state')
  if state == 'GONE' then return false end
  if item.box == 'parked' and (state == 'STOPPING' or state == 'STANDBY') then return false end
  if item.box == 'waking' and state == 'WAKING' then return false end
  seize(instance, nil)
  call('HDEL', box_key(instance), 'owner', 'epoch')
  if item.box == 'parked' then
    to_stopping(instance, now)
  else
    unset(instance)
    call('ZADD', WAKING, now, instance)
    call('HSET', box_key(instance), 'state', 'WAKING', 'since', now)
  end
  return true
end

for _, item in ipairs(cjson.decode(ARGV[3])) do
  local did
  if item.revoked then
    did = note_revoked(item.revoked, item.at)
  elseif item.box then
    did = adopt_box(item)
  else
    did = adopt_user(item)
  end
  if did then changed = changed + 1 end
end
return { 'ADOPTED', int(changed), unpack(dead) }
