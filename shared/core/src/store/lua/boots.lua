-- boots: how long the last boots took; changes nothing.
-- ARGV: prefix
-- Reply: BOOTS, then ms, newest first
return { 'BOOTS', unpack(call('LRANGE', BOOTS, 0, -1)) }
