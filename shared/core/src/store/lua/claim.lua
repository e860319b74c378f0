-- claim: a seat for a user: the one they have, a spare, or a place in the queue.
-- ARGV: prefix, user, began (ms: when the session did), now
-- Reply: RUNNING seat | ASSIGNED seat | WAITING place | STOPPING | REVOKED
--   where seat = user, instance, epoch, since, publicIp, privateIp
--   and place = position, since, booting, boot, limit ('' where there is none)
-- Keeps: one seat a user; pop and assignment are one step, so no box is given twice; nobody
--   waits while the pool has a box, nor behind those who stopped asking; a session that was revoked
--   gets nothing and keeps nothing alive; whoever comes without a box is counted once.
local DAY_MS, SLOT_MS = 86400000, 10000
-- The rule for spares looks back four weeks, and today.
local LOGINS_MS = 30 * DAY_MS
local user, began, now = ARGV[2], ARGV[3], ARGV[4]
local revoked = call('ZSCORE', REVOKED, user)
if revoked and tonumber(revoked) >= tonumber(began) then return { 'REVOKED' } end
local state = call('HGET', user_key(user), 'state')
if state == 'RUNNING' then
  see(user, now)
  return { 'RUNNING', seat(user) }
end
if state == 'STOPPING' then return { 'STOPPING' } end
if state ~= 'STARTING' then
  local day, into = math.floor(now / DAY_MS), now % DAY_MS
  local logins = logins_key(int(day))
  call('BITFIELD', logins, 'OVERFLOW', 'SAT', 'INCRBY', 'u16', '#' .. int(math.floor(into / SLOT_MS)), 1)
  call('PEXPIRE', logins, LOGINS_MS)
end
local instance = call('SPOP', POOL)
if instance then
  assign(user, instance, now)
  return { 'ASSIGNED', seat(user) }
end
return { 'WAITING', queue(user, now) }
