-- drop: a standby box nobody needs is GONE, before it is terminated.
-- ARGV: prefix, instance, now
-- Reply: DROPPED | ALREADY_GONE
-- Keeps: only from standby, so a box that is being woken is not terminated.
local instance, now = ARGV[2], ARGV[3]
if not call('ZSCORE', STANDBY, instance) then return { 'ALREADY_GONE' } end
to_gone(instance, now)
return { 'DROPPED' }
