-- ask: where a user stands; keeps the place of one who waits.
-- ARGV: prefix, user, now
-- Reply: RUNNING seat | WAITING place | STOPPING | NOT_QUEUED
--   where place = position, since, booting, boot, limit ('' where there is none)
-- Keeps: changes nothing but the queue; an open page is no heartbeat.
local user, now = ARGV[2], ARGV[3]
local state = call('HGET', user_key(user), 'state')
if state == 'RUNNING' then return { 'RUNNING', seat(user) } end
if state == 'STARTING' then return { 'WAITING', queue(user, now) } end
if state == 'STOPPING' then return { 'STOPPING' } end
return { 'NOT_QUEUED' }
