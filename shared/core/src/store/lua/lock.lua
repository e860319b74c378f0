-- lock: who may change capacity. A loser leaves word, so that the holder goes round once more.
-- ARGV: prefix, owner token, lease in ms
-- Reply: LOCKED | BUSY
local key = P .. 'fleet:scaling'
local held = call('GET', key)
if not held then
  call('SET', key, ARGV[2], 'PX', ARGV[3])
  return { 'LOCKED' }
end
if not string.find(held, ' again', 1, true) then call('SET', key, held .. ' again', 'KEEPTTL') end
return { 'BUSY' }
