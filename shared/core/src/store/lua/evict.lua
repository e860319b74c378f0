-- evict: a dead box leaves every set and is remembered as GONE.
-- ARGV: prefix, instance, now
-- Reply: WAS_SPARE | WAS_ASSIGNED user, epoch | UNKNOWN
-- Keeps: its user loses the box and nothing else: `since` stays, so that their next claim queues
--   in front; a late launch event cannot admit the dead box.
local instance, now = ARGV[2], ARGV[3]
local state, epoch = unpack(call('HMGET', box_key(instance), 'state', 'epoch'))
if state == 'GONE' then return { 'UNKNOWN' } end
local user, was = holder(instance)
if user then unseat(user, now, was == 'RUNNING') end
to_gone(instance, now)
if user then return { 'WAS_ASSIGNED', user, epoch } end
if state then return { 'WAS_SPARE' } end
return { 'UNKNOWN' }
