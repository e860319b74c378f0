-- retire: spares that nobody needs go into `fleet:stopping`.
-- ARGV: prefix, n, now
-- Reply: STOPPING, then for each: instance, stamp
-- Keeps: only members of the pool, taken out in the same step, so none is assigned as it goes.
local now = ARGV[3]
local reply = { 'STOPPING' }
for _, instance in ipairs(call('SPOP', POOL, ARGV[2])) do
  table.insert(reply, instance)
  table.insert(reply, to_stopping(instance, now))
end
return reply
