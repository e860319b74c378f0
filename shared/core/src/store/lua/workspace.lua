-- workspace: a user's row, for pages; changes nothing.
-- ARGV: prefix, user
-- Reply: WORKSPACE state ('' where there is none), instanceId, epoch, since, lastSeen
local s = call('HMGET', user_key(ARGV[2]), 'state', 'instanceId', 'epoch', 'since', 'lastSeen')
local reply = { 'WORKSPACE' }
for field = 1, 5 do table.insert(reply, s[field] or '') end
return reply
