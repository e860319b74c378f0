-- closing: the page of one who waits is being closed: unless they ask again, they are gone soon.
-- ARGV: prefix, user, asked (ms: as if they had asked last then)
-- Reply: NOTED
-- Keeps: nobody keeps a place longer for it (LT), and who does not wait is not put into the queue
--   (XX).
call('ZADD', ASKING, 'XX', 'LT', ARGV[3], ARGV[2])
return { 'NOTED' }
