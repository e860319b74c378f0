-- revoke: a user's sessions that began until now are over: no box for them, and none that they have.
-- ARGV: prefix, user, now, over (ms: no session that began then is left, so who was revoked then is
--   forgotten)
-- Reply: BEGUN instance, stamp | LEFT | NOTHING
-- Keeps: a revocation is never taken back by an earlier one; whoever signs in again is not concerned.
local user, now, over = ARGV[2], ARGV[3], ARGV[4]
call('ZREMRANGEBYSCORE', REVOKED, '-inf', over)
note_revoked(user, now)
local state, instance = unpack(call('HMGET', user_key(user), 'state', 'instanceId'))
if state == 'STARTING' then
  dequeue(user, now)
  return { 'LEFT' }
end
if state ~= 'RUNNING' then return { 'NOTHING' } end
return { 'BEGUN', begin(user, instance, now) }
