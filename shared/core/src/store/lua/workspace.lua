-- workspace: a user's row, for pages; changes nothing.
-- ARGV: prefix, user
-- Reply: WORKSPACE state ('' where there is none) |
--   WORKSPACE RUNNING, instanceId, epoch, since, renewed, lastSeen, and if something threatens it
--   threat, ms
local user = ARGV[2]
local s = call('HMGET', user_key(user), 'state', 'instanceId', 'epoch', 'since', 'stayed', 'lastSeen')
if s[1] ~= 'RUNNING' then return { 'WORKSPACE', s[1] or '' } end
return { 'WORKSPACE', s[1], s[2], s[3], s[4], later(s[5], s[4]), s[6], threat(user) }
