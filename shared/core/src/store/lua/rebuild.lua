-- rebuild: refills Redis from the durable items and the group while it is Cold, part by part.
-- ARGV: prefix, now, owner token, until (ms), first ('yes' for the first part), last (likewise),
--   items as JSON: [{user, state: open|ending, instance, epoch, since, publicIp, privateIp} |
--   {closed: user, epoch} | {revoked: user, at} | {parked: instance} | {waking: instance} |
--   {spare: instance, publicIp, privateIp}], users before boxes before spares; numbers are strings
-- Reply: MORE (parts to come) | REBUILT | ALREADY_READY | BUSY (somebody else is at it)
-- Keeps: nobody loses a box and nobody gets another's, whatever was left in Redis; only the order
--   of the queue may be lost (who waited keeps `since`, and queues in front at the next claim).
--   All other steps answer Cold until the last part is in.
local now, owner, to, first, last = ARGV[2], ARGV[3], ARGV[4], ARGV[5] == 'yes', ARGV[6] == 'yes'
local key = P .. 'fleet:rebuilding'
if call('EXISTS', READY) == 1 then return { 'ALREADY_READY' } end
local held, held_to = unpack(call('HMGET', key, 'owner', 'until'))
local free = not held or tonumber(held_to) <= tonumber(now)
if held ~= owner and not (first and free) then return { 'BUSY' } end
call('HSET', key, 'owner', owner, 'until', to)

local function clear()
  for _, user in ipairs(call('ZRANGE', WAITING, 0, -1)) do
    call('HSET', user_key(user), 'state', 'STOPPED', 'ts', now)
  end
  for _, user in ipairs(call('ZRANGE', PINGS, 0, -1)) do
    local instance = call('HGET', user_key(user), 'instanceId')
    if instance then call('DEL', box_key(instance)) end
    unseat(user, now, true)
  end
  for _, set in ipairs({ STOPPING, STANDBY, WAKING }) do
    for _, instance in ipairs(call('ZRANGE', set, 0, -1)) do
      local user = holder(instance)
      if user then unseat(user, now, false) end
      call('DEL', box_key(instance))
    end
  end
  for _, instance in ipairs(call('SMEMBERS', POOL)) do call('DEL', box_key(instance)) end
  call('DEL', PINGS, POOL, WAITING, ASKING, STOPPING, STANDBY, WAKING, ARRIVING)
end

local function dead(instance) return call('HGET', box_key(instance), 'state') == 'GONE' end
local function unowned(instance) return not call('HGET', box_key(instance), 'state') end

local function put_user(item)
  if dead(item.instance) then return end
  local state = item.state == 'open' and 'RUNNING' or 'STOPPING'
  call('HSET', user_key(item.user), 'instanceId', item.instance, 'publicIp', item.publicIp,
    'state', state, 'ts', now, 'epoch', item.epoch, 'since', item.since)
  forget_threats(item.user)
  call('HSET', box_key(item.instance), 'publicIp', item.publicIp, 'privateIp', item.privateIp,
    'state', state, 'owner', item.user, 'epoch', item.epoch, 'since', item.since)
  if state == 'RUNNING' then see(item.user, now) else to_stopping(item.instance, now) end
end

local function put_closed(user, epoch)
  call('HSET', user_key(user), 'epoch', later(call('HGET', user_key(user), 'epoch'), epoch))
end

local function put_spare(item)
  call('SADD', POOL, item.spare)
  call('HSET', box_key(item.spare), 'publicIp', item.publicIp, 'privateIp', item.privateIp,
    'state', 'SPARE', 'since', now)
end

if first then clear() end
for _, item in ipairs(cjson.decode(ARGV[7])) do
  if item.user then
    put_user(item)
  elseif item.closed then
    put_closed(item.closed, item.epoch)
  elseif item.revoked then
    note_revoked(item.revoked, item.at)
  elseif item.parked then
    if unowned(item.parked) then to_stopping(item.parked, now) end
  elseif item.waking then
    if unowned(item.waking) then
      call('ZADD', WAKING, now, item.waking)
      call('HSET', box_key(item.waking), 'state', 'WAKING', 'since', now)
    end
  elseif unowned(item.spare) then
    put_spare(item)
  end
end
if not last then return { 'MORE' } end
call('DEL', key)
call('SET', READY, now)
return { 'REBUILT' }
