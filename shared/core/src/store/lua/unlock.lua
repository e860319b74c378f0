-- unlock: gives the lock back, unless somebody asked meanwhile: then it is held for another round.
-- ARGV: prefix, key, owner token, until (ms; '': given back in any case, word or not)
-- Reply: RELEASED | AGAIN | LOST
local key, to = P .. ARGV[2], ARGV[4]
local held, again = unpack(call('HMGET', key, 'owner', 'again'))
if held ~= ARGV[3] then return { 'LOST' } end
if again and to ~= '' then
  call('HDEL', key, 'again')
  call('HSET', key, 'until', to)
else
  call('DEL', key)
end
return { again and 'AGAIN' or 'RELEASED' }
