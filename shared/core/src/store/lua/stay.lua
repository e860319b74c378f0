-- stay: a heartbeat of the seat (user, instance, epoch) whose user says that they stay.
-- ARGV: prefix, user, instance, epoch, now
-- Reply: OK | OK threat, ms | STALE
-- Keeps: as touch; the seat's time counts from `stayed` on, which never goes back, and whoever was
--   told its end is told another one before it ends.
local user, instance, epoch, now = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if not sits(user, instance, epoch) then return { 'STALE' } end
see(user, now)
call('HSET', user_key(user), 'stayed', later(call('HGET', user_key(user), 'stayed'), now))
call('HDEL', user_key(user), 'ends')
return { 'OK', threat(user) }
