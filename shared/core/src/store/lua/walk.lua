-- walk: where reconciling is in the durable items.
-- ARGV: prefix, and to move it: next ('' is the start)
-- Reply: WALK next
local key = P .. 'fleet:walk'
if ARGV[2] then call('SET', key, ARGV[2]) end
return { 'WALK', call('GET', key) or '' }
