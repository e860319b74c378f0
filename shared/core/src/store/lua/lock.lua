-- lock: who does a duty. A loser leaves word, so that the holder goes round once more; a holder
-- who locks again has the lease anew, and the word that was left stays.
-- ARGV: prefix, key, owner token, until (ms), now
-- Reply: LOCKED | BUSY
local key, owner, to, now = P .. ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local held, held_to = unpack(call('HMGET', key, 'owner', 'until'))
if not held or tonumber(held_to) <= tonumber(now) then
  call('DEL', key)
elseif held ~= owner then
  call('HSET', key, 'again', 'yes')
  return { 'BUSY' }
end
call('HSET', key, 'owner', owner, 'until', to)
return { 'LOCKED' }
