-- orphan: a stray box (unknown, spare, standby, waking) goes into `fleet:stopping`.
-- ARGV: prefix, instance, now
-- Reply: BEGUN instance, stamp | ALREADY_GONE
-- Keeps: a box with a user is never stray; a dead one stays dead.
local instance, now = ARGV[2], ARGV[3]
local state = call('HGET', box_key(instance), 'state')
if state == 'RUNNING' or state == 'GONE' then return { 'ALREADY_GONE' } end
return { 'BEGUN', instance, to_stopping(instance, now) }
