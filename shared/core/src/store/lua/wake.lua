-- wake: rested boxes move from `fleet:standby` to `fleet:waking`, longest rested first.
-- ARGV: prefix, n, rested (in standby at or before this), now
-- Reply: WAKING, then the instances
-- Keeps: a box rests longer than any function runs: who meant its previous life is dead.
local now = ARGV[4]
local found = call('ZRANGEBYSCORE', STANDBY, '-inf', ARGV[3], 'LIMIT', 0, ARGV[2])
for _, instance in ipairs(found) do
  unset(instance)
  call('ZADD', WAKING, now, instance)
  call('HSET', box_key(instance), 'state', 'WAKING', 'since', now)
end
return { 'WAKING', unpack(found) }
