-- rebuild: refills Redis from the durable items and the group, once, while it is Cold.
-- ARGV: prefix, now, truth as JSON: {users: [{user, state: open|ending, instance, epoch, since,
--   publicIp, privateIp}], closed: [{user, epoch}], parked: [instance], waking: [instance],
--   spares: [{instance, publicIp, privateIp}]}; numbers are strings
-- Reply: REBUILT | ALREADY_READY
-- Keeps: nobody loses a box and nobody gets another's, whatever was left in Redis; only the order
--   of the queue may be lost (who waited keeps `since`, and queues in front at the next claim).
if call('EXISTS', READY) == 1 then return { 'ALREADY_READY' } end
local now, truth = ARGV[2], cjson.decode(ARGV[3])

for _, user in ipairs(call('ZRANGE', WAITING, 0, -1)) do
  call('HSET', user_key(user), 'state', 'STOPPED', 'ts', now)
end
for _, user in ipairs(call('ZRANGE', PINGS, 0, -1)) do
  local instance = call('HGET', user_key(user), 'instanceId')
  if instance then call('DEL', box_key(instance)) end
  unseat(user, now, true)
end
for _, key in ipairs({ STOPPING, STANDBY, WAKING }) do
  for _, instance in ipairs(call('ZRANGE', key, 0, -1)) do
    local user = holder(instance)
    if user then unseat(user, now, false) end
    call('DEL', box_key(instance))
  end
end
for _, instance in ipairs(call('SMEMBERS', POOL)) do call('DEL', box_key(instance)) end
call('DEL', PINGS, POOL, WAITING, ASKING, STOPPING, STANDBY, WAKING)

local function dead(instance) return call('HGET', box_key(instance), 'state') == 'GONE' end

for _, item in ipairs(truth.closed) do
  call('HSET', user_key(item.user), 'epoch', later(call('HGET', user_key(item.user), 'epoch'), item.epoch))
end
for _, item in ipairs(truth.users) do
  if not dead(item.instance) then
    local state = item.state == 'open' and 'RUNNING' or 'STOPPING'
    call('HSET', user_key(item.user), 'instanceId', item.instance, 'publicIp', item.publicIp,
      'state', state, 'ts', now, 'epoch', item.epoch, 'since', item.since)
    call('HSET', box_key(item.instance), 'publicIp', item.publicIp, 'privateIp', item.privateIp,
      'state', state, 'owner', item.user, 'epoch', item.epoch, 'since', item.since)
    if state == 'RUNNING' then see(item.user, now) else to_stopping(item.instance, now) end
  end
end
local function unowned(instance)
  return not dead(instance) and not call('HGET', box_key(instance), 'state')
end
for _, instance in ipairs(truth.parked) do
  if unowned(instance) then to_stopping(instance, now) end
end
for _, instance in ipairs(truth.waking) do
  if unowned(instance) then
    call('ZADD', WAKING, now, instance)
    call('HSET', box_key(instance), 'state', 'WAKING', 'since', now)
  end
end
for _, item in ipairs(truth.spares) do
  if unowned(item.instance) then
    call('SADD', POOL, item.instance)
    call('HSET', box_key(item.instance), 'publicIp', item.publicIp, 'privateIp', item.privateIp,
      'state', 'SPARE', 'since', now)
  end
end
call('SET', READY, now)
return { 'REBUILT' }
