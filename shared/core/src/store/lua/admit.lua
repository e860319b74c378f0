-- admit: a box that is ready, to whoever waits longest and still asks, else to the pool.
-- ARGV: prefix, instance, publicIp, privateIp, now
-- Reply: ASSIGNED waited (ms), seat | POOLED | KNOWN
-- Keeps: a box enters once (unknown or waking ones only; GONE never comes back); who stopped
--   asking leaves the queue, so nobody waits while the pool has a box.
local instance, public, private, now = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local state = call('HGET', box_key(instance), 'state')
if state and state ~= 'WAKING' then return { 'KNOWN' } end
unset(instance)
call('HSET', box_key(instance), 'publicIp', public, 'privateIp', private, 'state', 'SPARE', 'since', now)
while true do
  local user = call('ZRANGE', WAITING, 0, 0)[1]
  if not user then break end
  if tonumber(call('ZSCORE', ASKING, user) or '0') >= tonumber(now) - ASKING_MS then
    local waits = waited(user, now)
    assign(user, instance, now)
    return { 'ASSIGNED', int(waits), seat(user) }
  end
  dequeue(user, now)
end
call('SADD', POOL, instance)
return { 'POOLED' }
