-- The same as in sqlite/6.sql, where it is described.
ALTER TABLE oauth_client_listed ADD COLUMN waits BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE oauth_client_listed ADD COLUMN secret_until BIGINT NOT NULL DEFAULT 0;

CREATE OR REPLACE FUNCTION gatepost_listing (client oauth_client) RETURNS oauth_client_listed LANGUAGE plpgsql AS $$
DECLARE
    document JSON := gatepost_json(client.record);
    listed oauth_client_listed;
BEGIN
    listed.id := client.id;
    listed.gone := coalesce(document ->> 'denied', '') = 'true';
    listed.registrant := document -> 'registered_by' ->> 'by';
    IF listed.registrant IS NULL OR listed.registrant NOT IN ('administrator', 'key', 'stranger', 'document') THEN
        listed.registrant := CASE WHEN client.anonymous THEN 'stranger'
                                  WHEN client.api_key_id IS NOT NULL THEN 'key'
                                  ELSE 'administrator' END;
    END IF;
    listed.disabled := client.disabled_at IS NOT NULL;
    listed.created_at := client.created_at;
    listed.used_at := coalesce(client.last_used_at, -1);
    listed.name := coalesce(nullif(document -> 'metadata' ->> 'client_name', ''), client.client_id);
    listed.name := substr(lower(listed.name COLLATE "C"), 1, 64);
    listed.waits := document ->> 'waiting_since' IS NOT NULL;
    listed.secret_until := coalesce(substring(document -> 'client_secret' ->> 'expires_at' FROM '^[0-9]{1,18}$'), '0');
    RETURN listed;
END
$$;

UPDATE oauth_client_listed AS listed
SET waits = listing.waits, secret_until = listing.secret_until
FROM oauth_client, gatepost_listing(oauth_client) AS listing
WHERE oauth_client.id = listed.id;

CREATE OR REPLACE FUNCTION gatepost_list () RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    listing oauth_client_listed := gatepost_listing(NEW);
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO oauth_client_listed SELECT listing.*;
        INSERT INTO oauth_client_searched VALUES (NEW.id, gatepost_searched(NEW));
    ELSE
        UPDATE oauth_client_listed
        SET gone = listing.gone, registrant = listing.registrant, name = listing.name, waits = listing.waits,
            secret_until = listing.secret_until
        WHERE id = NEW.id;
        UPDATE oauth_client_searched SET text = gatepost_searched(NEW) WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
