-- want: how many spares keep the promise, until then.
-- ARGV: prefix, spares, until (ms)
-- Reply: NOTED
call('HSET', SPARES, 'number', ARGV[2], 'until', ARGV[3])
return { 'NOTED' }
