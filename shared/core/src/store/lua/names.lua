-- names: what was last written into the zone for some boxes; changes nothing.
-- ARGV: prefix, instances...
-- Reply: NAMES, then for each instance: what was noted ('' where nothing was)
local reply = { 'NAMES' }
for i = 2, #ARGV do table.insert(reply, call('GET', name_key(ARGV[i])) or '') end
return reply
