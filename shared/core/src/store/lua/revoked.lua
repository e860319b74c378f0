-- revoked: until when a user's sessions are revoked; changes nothing.
-- ARGV: prefix, user
-- Reply: REVOKED ms ('' where they are not)
return { 'REVOKED', call('ZSCORE', REVOKED, ARGV[2]) or '' }
