-- warn: whoever uses the box is told with their next heartbeat that it may soon be gone.
-- ARGV: prefix, instance, threat, ms
-- Reply: WARNED user | ALREADY_GONE
-- Keeps: the warning goes with the seat, so the user's next box does not inherit it.
local user, state = holder(ARGV[2])
if state ~= 'RUNNING' then return { 'ALREADY_GONE' } end
call('HSET', user_key(user), 'warning', ARGV[3] .. ' ' .. ARGV[4])
return { 'WARNED', user }
