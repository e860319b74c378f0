-- logins: how many people without a box came in each slot of ten seconds of a day; changes nothing.
-- ARGV: prefix, day (UTC, counted from 1970)
-- Reply: LOGINS, then slot, count for each slot in which somebody came
local counts = call('GET', logins_key(ARGV[2])) or ''
local reply = { 'LOGINS' }
for at = 1, #counts, 2 do
  local high, low = string.byte(counts, at, at + 1)
  local count = 256 * high + low
  if count > 0 then
    reply[#reply + 1] = int((at - 1) / 2)
    reply[#reply + 1] = int(count)
  end
end
return reply
