-- view: the boxes that are no user's, for reconciling; changes nothing.
-- ARGV: prefix
-- Reply: VIEW, then for each: set (pool|stopping|standby|waking|arriving), instance, ms ('' for pool)
local reply = { 'VIEW' }
for _, instance in ipairs(call('SMEMBERS', POOL)) do
  for _, field in ipairs({ 'pool', instance, '' }) do table.insert(reply, field) end
end
for name, key in pairs({ stopping = STOPPING, standby = STANDBY, waking = WAKING, arriving = ARRIVING }) do
  local found = call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for i = 1, #found, 2 do
    for _, field in ipairs({ name, found[i], found[i + 1] }) do table.insert(reply, field) end
  end
end
return reply
