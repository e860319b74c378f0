-- demand: how many boxes are wanted and there; changes nothing.
-- ARGV: prefix, now
-- Reply: DEMAND active, waiting (and still asking), pool, stopping, standby, waking, longest (ms that
--   one of those who wait has waited), spares ('' unless what keeps the promise was noted and holds)
local gone, longest = tonumber(ARGV[2]) - ASKING_MS, 0
-- The queue is in the order of `since`, which those whose box died have kept: behind so many of them
-- nobody is looked for.
for _, user in ipairs(call('ZRANGE', WAITING, 0, 31)) do
  if tonumber(call('ZSCORE', ASKING, user) or '0') >= gone then
    longest = math.max(longest, waited(user, ARGV[2]))
  end
end
local spares, holds = unpack(call('HMGET', SPARES, 'number', 'until'))
return {
  'DEMAND',
  int(call('ZCARD', PINGS)),
  int(call('ZCOUNT', ASKING, int(gone), '+inf')),
  int(call('SCARD', POOL)),
  int(call('ZCARD', STOPPING)),
  int(call('ZCARD', STANDBY)),
  int(call('ZCARD', WAKING)),
  int(longest),
  holds and tonumber(holds) > tonumber(ARGV[2]) and spares or '',
}
