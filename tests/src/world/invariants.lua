-- The invariants of the store (shared/core/src/store.rs), looked at in one step.
-- Reply: what does not hold, in words
local wrong = {}
if redis.call('EXISTS', 'fleet:ready') == 0 then return wrong end
local function say(...) table.insert(wrong, table.concat({ ... }, ' ')) end
local places = {}
local function put(instance, place)
  if places[instance] then say(instance, 'is in', places[instance], 'and in', place) end
  places[instance] = place
end
local pool = redis.call('SMEMBERS', 'ws:pool')
for _, instance in ipairs(pool) do put(instance, 'pool') end
for _, set in ipairs({ 'stopping', 'standby', 'waking', 'arriving' }) do
  for _, instance in ipairs(redis.call('ZRANGE', 'fleet:' .. set, 0, -1)) do put(instance, set) end
end
local running, waiting = 0, 0
for _, key in ipairs(redis.call('KEYS', 'ws:*')) do
  if key ~= 'ws:pool' and key ~= 'ws:pings' then
    local user = string.sub(key, 4)
    local state, instance = unpack(redis.call('HMGET', key, 'state', 'instanceId'))
    if state == 'RUNNING' then
      running = running + 1
      put(instance, 'the box of ' .. user)
      if not redis.call('ZSCORE', 'ws:pings', user) then say(user, 'runs, and is not in ws:pings') end
    elseif state == 'STARTING' then
      waiting = waiting + 1
      for _, set in ipairs({ 'fleet:waiting', 'fleet:asking' }) do
        if not redis.call('ZSCORE', set, user) then say(user, 'waits, and is not in', set) end
      end
    end
  end
end
if redis.call('ZCARD', 'ws:pings') ~= running then say('ws:pings is not who runs') end
if redis.call('ZCARD', 'fleet:waiting') ~= waiting then say('fleet:waiting is not who waits') end
if redis.call('ZCARD', 'fleet:asking') ~= waiting then say('fleet:asking is not who waits') end
if #pool > 0 and waiting > 0 then say('somebody waits while there is a spare') end
for _, key in ipairs(redis.call('KEYS', 'fleet:instance:*')) do
  if redis.call('HGET', key, 'state') == 'GONE' then put(string.sub(key, 16), 'the dead') end
end
return wrong
