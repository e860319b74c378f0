-- leave: a user gives their box back, or their place in the queue.
-- ARGV: prefix, user, epoch (0: only the place in the queue is meant), now
-- Reply: BEGUN instance, stamp | LEFT | ALREADY_GONE
-- Keeps: that seat only (its epoch): a page that still shows the queue stops no box.
local user, epoch, now = ARGV[2], ARGV[3], ARGV[4]
local s = call('HMGET', user_key(user), 'state', 'epoch', 'instanceId')
if s[1] == 'STARTING' then
  dequeue(user, now)
  return { 'LEFT' }
end
if s[1] ~= 'RUNNING' or s[2] ~= epoch then return { 'ALREADY_GONE' } end
return { 'BEGUN', begin(user, s[3], now) }
