-- Keys of a version that did not say whose they are. They are the accounts' that they act for.
--
-- An account that was made for a key has no password, and had no permissions until now. It gets those of its keys, so
-- that they go on working.
UPDATE api_key SET owner_id = account_id;
UPDATE account SET permissions = coalesce(
    (SELECT group_concat(name, ' ') FROM
        (SELECT DISTINCT value AS name FROM
            (SELECT account.permissions AS held
             UNION ALL
             SELECT api_key.permissions FROM api_key
             WHERE api_key.account_id = account.id AND revoked_at IS NULL
               AND (expires_at IS NULL OR expires_at > CAST(strftime('%s', 'now') AS INTEGER))),
            json_each('[' || replace(json_quote(held), ' ', '","') || ']')
         WHERE value <> '' ORDER BY name)),
    '')
WHERE password_hash IS NULL;
