-- touch: a heartbeat of the seat (user, instance, epoch).
-- ARGV: prefix, user, instance, epoch, now
-- Reply: OK | OK threat, ms | STALE
-- Keeps: only the current seat is kept alive; lastSeen and ws:pings agree and never go back.
local user, instance, epoch, now = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local s = call('HMGET', user_key(user), 'state', 'instanceId', 'epoch', 'warning')
if s[1] ~= 'RUNNING' or s[2] ~= instance or s[3] ~= epoch then return { 'STALE' } end
see(user, now)
local threat, at = string.match(s[4] or '', '^(%S+) (%d+)$')
if threat then return { 'OK', threat, at } end
return { 'OK' }
