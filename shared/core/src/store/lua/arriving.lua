-- arriving: boxes that a launch hook holds are noted, for whoever receives them.
-- ARGV: prefix, now, instances...
-- Reply: NOTED
-- Keeps: only boxes that are nothing else yet; admit and evict take them out again.
for i = 3, #ARGV do
  if not call('HGET', box_key(ARGV[i]), 'state') then call('ZADD', ARRIVING, 'NX', ARGV[2], ARGV[i]) end
end
return { 'NOTED' }
