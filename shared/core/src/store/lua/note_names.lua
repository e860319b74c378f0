-- note_names: what was written into the zone for some boxes.
-- ARGV: prefix, for how long (ms), then for each box: instance, what
-- Reply: NOTED
-- Keeps: a note says to which life of the box it belongs, so an old one does no harm.
for i = 3, #ARGV, 2 do call('SET', name_key(ARGV[i]), ARGV[i + 1], 'PX', ARGV[2]) end
return { 'NOTED' }
