-- The same as in sqlite/5.sql, where it is described.
CREATE TABLE oauth_client_listed (
    id         BIGINT  PRIMARY KEY REFERENCES oauth_client (id) ON DELETE CASCADE,
    gone       BOOLEAN NOT NULL,
    registrant TEXT    NOT NULL,
    disabled   BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    used_at    BIGINT  NOT NULL,
    name       TEXT    COLLATE "C" NOT NULL
);
CREATE INDEX oauth_client_listed_by_name ON oauth_client_listed (name, id);
CREATE INDEX oauth_client_listed_by_use ON oauth_client_listed (used_at, id);

CREATE TABLE oauth_client_searched (
    id   BIGINT PRIMARY KEY REFERENCES oauth_client (id) ON DELETE CASCADE,
    text TEXT   NOT NULL
);

CREATE FUNCTION gatepost_listing (client oauth_client) RETURNS oauth_client_listed LANGUAGE plpgsql AS $$
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
    RETURN listed;
END
$$;

CREATE FUNCTION gatepost_searched (client oauth_client) RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE
    metadata JSON := gatepost_json(client.record) -> 'metadata';
    words TEXT := '';
BEGIN
    IF json_typeof(metadata) = 'object' THEN
        SELECT coalesce(string_agg(chr(10) || (member.value #>> '{}'), ''), '') INTO words
        FROM json_each(metadata) AS member
        WHERE member.key IN ('client_uri', 'redirect_uris') OR member.key LIKE 'client\_name%';
    END IF;
    RETURN lower((client.client_id || words) COLLATE "C");
END
$$;

INSERT INTO oauth_client_listed SELECT (gatepost_listing(oauth_client)).* FROM oauth_client;
INSERT INTO oauth_client_searched SELECT id, gatepost_searched(oauth_client) FROM oauth_client;

CREATE FUNCTION gatepost_list () RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    listing oauth_client_listed := gatepost_listing(NEW);
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO oauth_client_listed SELECT listing.*;
        INSERT INTO oauth_client_searched VALUES (NEW.id, gatepost_searched(NEW));
    ELSE
        UPDATE oauth_client_listed
        SET gone = listing.gone, registrant = listing.registrant, name = listing.name
        WHERE id = NEW.id;
        UPDATE oauth_client_searched SET text = gatepost_searched(NEW) WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER oauth_client_listed_written AFTER INSERT OR UPDATE OF record ON oauth_client
    FOR EACH ROW EXECUTE FUNCTION gatepost_list();

CREATE FUNCTION gatepost_list_use () RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE oauth_client_listed
    SET disabled = NEW.disabled_at IS NOT NULL, used_at = coalesce(NEW.last_used_at, -1)
    WHERE id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER oauth_client_listed_used AFTER UPDATE OF disabled_at, last_used_at ON oauth_client
    FOR EACH ROW EXECUTE FUNCTION gatepost_list_use();

ALTER TABLE browser_session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE browser_session ADD COLUMN address TEXT NOT NULL DEFAULT '';
