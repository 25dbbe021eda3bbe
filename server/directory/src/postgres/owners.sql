-- The same as sqlite/owners.sql.
UPDATE api_key SET owner_id = account_id;
UPDATE account SET permissions = coalesce(
    (SELECT string_agg(DISTINCT name COLLATE "C", ' ' ORDER BY name COLLATE "C") FROM
        (SELECT unnest(string_to_array(account.permissions, ' ')) AS name
         UNION ALL
         SELECT unnest(string_to_array(api_key.permissions, ' ')) FROM api_key
         WHERE api_key.account_id = account.id AND revoked_at IS NULL
           AND (expires_at IS NULL OR expires_at > extract(epoch FROM now()))) AS held
     WHERE name <> ''),
    '')
WHERE password_hash IS NULL;
