-- demand: how many boxes are wanted and there; changes nothing.
-- ARGV: prefix, now
-- Reply: DEMAND active, waiting (and still asking), pool, stopping, standby, waking
return {
  'DEMAND',
  int(call('ZCARD', PINGS)),
  int(call('ZCOUNT', ASKING, int(tonumber(ARGV[2]) - ASKING_MS), '+inf')),
  int(call('SCARD', POOL)),
  int(call('ZCARD', STOPPING)),
  int(call('ZCARD', STANDBY)),
  int(call('ZCARD', WAKING)),
}
