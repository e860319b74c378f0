-- begin_stop: the decision to stop an idle user's box, made on what is true now, not when listed.
-- ARGV: prefix, user, epoch, cutoff, now
-- Reply: BEGUN instance, stamp | REVIVED | ALREADY_GONE
-- Keeps: that seat only (its epoch), and only while it is still idle.
local user, epoch, cutoff, now = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local s = call('HMGET', user_key(user), 'state', 'epoch', 'lastSeen', 'instanceId')
if s[1] ~= 'RUNNING' or s[2] ~= epoch then return { 'ALREADY_GONE' } end
if tonumber(s[3]) >= tonumber(cutoff) then return { 'REVIVED' } end
return { 'BEGUN', begin(user, s[4], now) }
