/*
 * The settings: a TOML file with the plugin's own table in it.
 *
 * The plugin reads TOML, so that the text goes to it whole. This file reads the table [server] alone, line by
 * line, with one key and one quoted string on each. A mail server has a parser for its own configuration, and
 * passes the plugin its table as text, or as JSON.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "host.h"

#define LARGEST 1048576
#define TABLE "oauth.client-registration"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

/* The whole file with a NUL at its end; NULL, with errno, if it cannot be read. */
static char *read_file(const char *path) {
    FILE *file = fopen(path, "re");
    char *text = file == NULL ? NULL : malloc(LARGEST + 1);
    size_t len = text == NULL ? 0 : fread(text, 1, LARGEST + 1, file);
    int error = errno;

    if (text != NULL && (ferror(file) || len > LARGEST || memchr(text, '\0', len) != NULL)) {
        error = ferror(file) ? error : len > LARGEST ? EFBIG : EILSEQ;
        free(text);
        text = NULL;
    } else if (text != NULL) {
        text[len] = '\0';
    }
    if (file != NULL) {
        fclose(file);
    }
    errno = error;
    return text;
}

/* What follows spaces. */
static const char *skip(const char *at) {
    return at + strspn(at, " \t");
}

/* Whether nothing follows in the line but a comment. */
static bool is_end(const char *at) {
    at = skip(at);
    return *at == '\n' || *at == '\0' || *at == '#' || strncmp(at, "\r\n", 2) == 0;
}

static bool is_text(const char *at, size_t len, const char *text) {
    return len == strlen(text) && strncmp(at, text, len) == 0;
}

/* Reads `key = "string"` in [server]. Returns what is wrong, or NULL. */
static const char *read_pair(struct settings *settings, const char *at) {
    const struct {
        const char *name;
        char **value;
    } keys[] = {
        {"listen", &settings->listen},
        {"data", &settings->data},
        {"public-url", &settings->public_url},
        {"authorization-endpoint", &settings->authorization_endpoint},
        {"token-endpoint", &settings->token_endpoint},
    };
    const char *name = at, *value;
    size_t name_len = strspn(at, LETTERS), value_len;
    char quote;

    at = skip(at + name_len);
    value = *at == '=' ? skip(at + 1) : "";
    quote = *value;
    if (name_len == 0 || (quote != '"' && quote != '\'')) {
        return "this is not key = \"string\"";
    }
    value++;
    value_len = strcspn(value, "\"'\\\r\n");
    if (value[value_len] != quote || !is_end(value + value_len + 1)) {
        return "a string here ends in its line, and contains no quotes and no backslash";
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (is_text(name, name_len, keys[i].name)) {
            if (*keys[i].value != NULL) {
                return "this key is there twice";
            }
            *keys[i].value = strndup(value, value_len);
            return *keys[i].value == NULL ? "there is no memory" : NULL;
        }
    }
    return "the keys of [server] are listen, data, public-url, authorization-endpoint and token-endpoint";
}

/* Notes which of the keys that this program adds are there already. */
static void note_key(struct settings *settings, const char *at) {
    size_t len = strspn(at, LETTERS);

    settings->has_issuer |= is_text(at, len, "issuer");
    settings->has_registration_endpoint |= is_text(at, len, "registration-endpoint");
    settings->has_token_endpoint |= is_text(at, len, "token-endpoint");
}

enum table { NONE, SERVER, PLUGIN, WITHIN_PLUGIN };

/* Reads a header such as [server] or [[oauth.client-registration.open-clients]]. Returns what is wrong, or NULL. */
static const char *read_header(const char *at, enum table *table) {
    size_t brackets = strspn(at, "["), len = strspn(at + brackets, LETTERS ".");
    const char *name = at + brackets, *end = name + len;

    if (brackets > 2 || strncmp(end, "]]", brackets) != 0 || !is_end(end + brackets)) {
        return "this is not the header of a table";
    }
    if (brackets == 1 && is_text(name, len, "server")) {
        *table = SERVER;
    } else if (brackets == 1 && is_text(name, len, TABLE)) {
        *table = PLUGIN;
    } else if (strncmp(name, TABLE ".", strlen(TABLE ".")) == 0) {
        *table = WITHIN_PLUGIN;
    } else {
        return "the tables are [server] and [" TABLE "]";
    }
    return NULL;
}

/* Returns what is wrong with a line, or NULL. */
static const char *read_line(struct settings *settings, const char *line, enum table *table) {
    const char *at = skip(line);

    if (is_end(at)) {
        return NULL;
    }
    /* In the plugin's table it can be a line of a list. Only a header is followed by nothing. */
    if (*at == '[' && (*table == NONE || *table == SERVER || strchr("[" LETTERS, at[1]) != NULL)) {
        const char *wrong = read_header(at, table);

        if (wrong == NULL && *table == PLUGIN) {
            const char *end = strchr(at, '\n');
            settings->table = (size_t)((end == NULL ? at + strlen(at) : end + 1) - settings->text);
        }
        return wrong;
    }
    switch (*table) {
    case SERVER:
        return read_pair(settings, at);
    case PLUGIN:
        note_key(settings, at);
        return NULL;
    case WITHIN_PLUGIN:
        return NULL;
    default:
        return "this is in no table";
    }
}

bool settings_load(struct settings *settings, const char *path) {
    enum table table = NONE;
    const char *wrong;
    unsigned number = 1;

    *settings = (struct settings){.text = NULL};
    settings->text = path == NULL ? strdup("") : read_file(path);
    if (settings->text == NULL) {
        say("cannot read %s: %s", path == NULL ? "the settings" : path, strerror(errno));
        return false;
    }
    for (const char *line = settings->text; line != NULL; number++) {
        const char *end = strchr(line, '\n');

        wrong = read_line(settings, line, &table);
        if (wrong != NULL) {
            /* The key alone: a value is nobody's business. */
            say("cannot read %s: line %u, %.*s: %s", path, number, (int)strcspn(line, " =\r\n"), line, wrong);
            settings_free(settings);
            return false;
        }
        line = end == NULL ? NULL : end + 1;
    }
    return true;
}

char *settings_of_plugin(const struct settings *settings, const char *listening) {
    const char *url = settings->public_url == NULL ? listening : settings->public_url;
    const char *rest = settings->table == 0 ? "" : settings->text + settings->table;
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    bool is_whole;

    if (out == NULL) {
        return NULL;
    }
    if (settings->table == 0) {
        fprintf(out, "%s\n[" TABLE "]\n", settings->text);
    } else {
        /* A header on the last line may have no line feed behind it. */
        fprintf(out, "%.*s\n", (int)settings->table, settings->text);
    }
    if (!settings->has_issuer) {
        fprintf(out, "issuer = \"%s\"\n", url);
    }
    if (!settings->has_registration_endpoint) {
        fprintf(out, "registration-endpoint = \"%s/auth/register\"\n", url);
    }
    if (!settings->has_token_endpoint && settings->token_endpoint != NULL) {
        fprintf(out, "token-endpoint = \"%s\"\n", settings->token_endpoint);
    }
    fputs(rest, out);
    is_whole = !ferror(out);
    if (fclose(out) != 0 || !is_whole) {
        free(text);
        return NULL;
    }
    return text;
}

bool settings_metadata(const struct settings *settings, gatepost_str of_plugin, char **document) {
    json_t *members;
    const char *name;
    void *next;
    json_t *value;

    *document = NULL;
    if (settings->authorization_endpoint == NULL || settings->token_endpoint == NULL) {
        return true;
    }
    members = json_loadb(of_plugin.ptr, of_plugin.len, 0, NULL);
    json_object_foreach_safe(members, next, name, value) {
        /* There is no such endpoint. */
        if (strncmp(name, "revocation_endpoint", strlen("revocation_endpoint")) == 0) {
            json_object_del(members, name);
        }
    }
    if (json_object_set_new(members, "authorization_endpoint", json_string(settings->authorization_endpoint)) == 0) {
        *document = json_dumps(members, JSON_COMPACT | JSON_SORT_KEYS);
    }
    json_decref(members);
    return *document != NULL;
}

void settings_free(struct settings *settings) {
    free(settings->text);
    free(settings->listen);
    free(settings->data);
    free(settings->public_url);
    free(settings->authorization_endpoint);
    free(settings->token_endpoint);
    *settings = (struct settings){.text = NULL};
}
