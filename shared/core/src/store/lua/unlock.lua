-- unlock: gives the lock back, unless somebody asked meanwhile: then it is held for another round.
-- ARGV: prefix, owner token, lease in ms
-- Reply: RELEASED | AGAIN | LOST
local key = P .. 'fleet:scaling'
local held = call('GET', key)
if held == ARGV[2] then
  call('DEL', key)
  return { 'RELEASED' }
end
if held == ARGV[2] .. ' again' then
  call('SET', key, ARGV[2], 'PX', ARGV[3])
  return { 'AGAIN' }
end
return { 'LOST' }
