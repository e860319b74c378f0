-- expire: the end of a seat that is too old, of which its user is told first.
-- ARGV: prefix, user, epoch, longest (ms), notice (ms), now
-- Reply: NOT_YET | WARNED ends | BEGUN instance, stamp | ALREADY_GONE
-- Keeps: that seat only (its epoch); nobody is stopped whose heartbeats were not answered with that
--   very end for `notice` before, whatever Redis forgot.
local user, epoch, longest, notice, now = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local s = call('HMGET', user_key(user), 'state', 'epoch', 'instanceId', 'since', 'stayed', 'ends')
if s[1] ~= 'RUNNING' or s[2] ~= epoch then return { 'ALREADY_GONE' } end
local over = tonumber(later(s[5], s[4])) + tonumber(longest)
if tonumber(now) < over - tonumber(notice) then
  call('HDEL', user_key(user), 'ends')
  return { 'NOT_YET' }
end
local ends = s[6]
if not ends then
  ends = int(math.max(over, tonumber(now) + tonumber(notice)))
  call('HSET', user_key(user), 'ends', ends)
end
if tonumber(now) < tonumber(ends) then return { 'WARNED', ends } end
return { 'BEGUN', begin(user, s[3], now) }
