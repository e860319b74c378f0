-- known: what Redis says of some boxes; changes nothing.
-- ARGV: prefix, instances...
-- Reply: KNOWN, then for each instance: state ('' where unknown), owner, epoch, since,
--   stamp (of its stop, if it is being stopped)
local reply = { 'KNOWN' }
for i = 2, #ARGV do
  local s = call('HMGET', box_key(ARGV[i]), 'state', 'owner', 'epoch', 'since')
  for field = 1, 4 do table.insert(reply, s[field] or '') end
  table.insert(reply, call('ZSCORE', STOPPING, ARGV[i]) or '')
end
return reply
