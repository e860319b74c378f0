-- idle: whose last heartbeat is older than the cutoff, longest ago first; changes nothing.
-- ARGV: prefix, cutoff, limit
-- Reply: IDLE, then for each: user, instance, epoch, since, publicIp, privateIp, lastSeen
local reply = { 'IDLE' }
local found = call('ZRANGEBYSCORE', PINGS, '-inf', '(' .. ARGV[2], 'WITHSCORES', 'LIMIT', 0, ARGV[3])
for i = 1, #found, 2 do
  for _, field in ipairs({ seat(found[i]) }) do table.insert(reply, field) end
  table.insert(reply, found[i + 1])
end
return reply
