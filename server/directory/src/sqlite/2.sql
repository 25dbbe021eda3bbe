-- A refresh token whose answer was lost may be exchanged once more, for a short time.
--
-- Until when that is, in seconds since 1970. It is taken away when one of the tokens that were issued for it is
-- presented, because then the answer was not lost; and when it was done.
ALTER TABLE oauth_token ADD COLUMN repeatable_until INTEGER;
-- The hash of the refresh token that a token was issued for, if that could be exchanged once more.
ALTER TABLE oauth_token ADD COLUMN issued_for BLOB CHECK (length(issued_for) = 32);
