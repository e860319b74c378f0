-- touch: a heartbeat of the seat (user, instance, epoch).
-- ARGV: prefix, user, instance, epoch, now
-- Reply: OK | OK threat, ms | STALE
-- Keeps: only the current seat is kept alive; lastSeen and ws:pings agree and never go back.
local user, instance, epoch, now = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if not sits(user, instance, epoch) then return { 'STALE' } end
see(user, now)
return { 'OK', threat(user) }
