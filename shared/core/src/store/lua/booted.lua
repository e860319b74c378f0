-- booted: how long a boot took, for those who wait for the next ones.
-- ARGV: prefix, took (ms), how many are kept
-- Reply: NOTED
-- Keeps: only the last ones, so that what boots take now is what counts.
call('LPUSH', BOOTS, ARGV[2])
call('LTRIM', BOOTS, 0, ARGV[3] - 1)
return { 'NOTED' }
