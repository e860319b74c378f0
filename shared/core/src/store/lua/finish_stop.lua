-- finish_stop: a box that is stopped moves from `fleet:stopping` to `fleet:standby`.
-- ARGV: prefix, instance, stamp, now
-- Reply: FINISHED | ALREADY_GONE
-- Keeps: that stop only (its stamp), not a later one of the same box; its user is STOPPED.
local instance, stamp, now = ARGV[2], ARGV[3], ARGV[4]
if call('ZSCORE', STOPPING, instance) ~= stamp then return { 'ALREADY_GONE' } end
local user, state = holder(instance)
if user and state == 'STOPPING' then unseat(user, now, false) end
unset(instance)
call('ZADD', STANDBY, now, instance)
call('HDEL', box_key(instance), 'owner', 'epoch')
call('HSET', box_key(instance), 'state', 'STANDBY', 'since', now)
return { 'FINISHED' }
