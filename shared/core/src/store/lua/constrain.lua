-- constrain: what keeps the fleet from growing, told to those who wait until it is not repeated.
-- ARGV: prefix, reason ('': nothing), until (ms)
-- Reply: NOTED
if ARGV[2] == '' then call('DEL', LIMIT) else call('HSET', LIMIT, 'reason', ARGV[2], 'until', ARGV[3]) end
return { 'NOTED' }
