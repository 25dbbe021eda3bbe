/* HTTP messages: the credential, and the answers that need no decision. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "host.h"

#define METADATA "invalid_client_metadata"
#define REQUEST "invalid_request"
#define FAULT "server_error"

const struct refusal TOO_LARGE = {413, METADATA, "The body may have at most 65536 bytes."};
const struct refusal MEDIA_TYPE = {415, METADATA, "The body must be plain application/json."};
const struct refusal TOO_SLOW = {408, REQUEST, "The body did not arrive in time."};
const struct refusal HOST = {400, REQUEST, "The request must name one host."};
const struct refusal LENGTH = {400, REQUEST, "The request must say once how long its body is."};
const struct refusal METHOD = {405, REQUEST, "This takes another method."};
const struct refusal NOT_FOUND = {404, REQUEST, "There is nothing here."};
const struct refusal QUESTION = {400, REQUEST, "The question is not understood."};
const struct refusal NO_KEY = {401, "invalid_token", "This takes an API key."};
const struct refusal NO_PERMISSION = {403, "insufficient_scope", "The key may not ask this."};
const struct refusal FAILED = {500, FAULT, "The server failed. Nothing was changed."};
const struct refusal UNFETCHED = {500, FAULT, "This needs a document. None is fetched."};
const struct refusal UNAVAILABLE = {503, "temporarily_unavailable", "Try again soon."};

static enum MHD_Result count(void *found, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct field *field = found;

    (void)kind;
    if (strcasecmp(name, field->name) == 0) {
        field->value = value == NULL ? "" : value;
        field->count++;
    }
    return MHD_YES;
}

struct field message_field(struct MHD_Connection *http, const char *name) {
    struct field field = {name, NULL, 0};

    MHD_get_connection_values(http, MHD_HEADER_KIND, count, &field);
    return field;
}

/* RFC 9112 §3.2: a name or an address, and a port perhaps. */
bool message_names_one_host(struct MHD_Connection *http) {
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=";
    struct field host = message_field(http, "Host");
    const char *end = host.value;

    if (host.count != 1) {
        return false;
    }
    if (*end == '[') {
        end += 1 + strspn(end + 1, "0123456789abcdefABCDEF:.");
        if (*end++ != ']') {
            return false;
        }
    } else {
        end += strspn(end, name);
    }
    if (end == host.value) {
        return false;
    }
    if (*end == ':') {
        end += 1 + strspn(end + 1, "0123456789");
    }
    return *end == '\0';
}

/* RFC 9112 §6.3: otherwise a proxy in front might see another end of the body. */
bool message_has_one_length(struct MHD_Connection *http) {
    return message_field(http, "Content-Length").count + message_field(http, "Transfer-Encoding").count <= 1;
}

bool message_is_json(struct MHD_Connection *http) {
    static const char json[] = "application/json";
    struct field type = message_field(http, "Content-Type");
    const char *rest;

    if (type.count != 1 || message_field(http, "Content-Encoding").count != 0 ||
        strncasecmp(type.value, json, strlen(json)) != 0) {
        return false;
    }
    rest = type.value + strlen(json);
    rest += strspn(rest, " \t");
    return *rest == '\0' || *rest == ';';
}

int32_t message_bearer(struct MHD_Connection *http, gatepost_str *token) {
    struct field field = message_field(http, "Authorization");
    /* Several are none that can be read. */
    gatepost_str header = field.count > 1 ? GATEPOST_STR("") : gatepost_cstr(field.value);
    int32_t credential = GATEPOST_CREDENTIAL_MALFORMED;

    if (gatepost_bearer(header, &credential, token, NULL) != GATEPOST_STATUS_OK) {
        *token = gatepost_cstr(NULL);
    }
    return credential;
}

/* A response with these bytes, after which the connection is closed. */
static struct MHD_Response *respond(const char *bytes, size_t len) {
    void *copied = (void *)(uintptr_t)bytes;
    struct MHD_Response *response = MHD_create_response_from_buffer(len, copied, MHD_RESPMEM_MUST_COPY);

    if (response != NULL && MHD_add_response_header(response, "Connection", "close") != MHD_YES) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}

/* The response with its fields, or NULL if they could not all be added. */
static struct answer complete(unsigned status, struct MHD_Response *response, bool is_complete) {
    if (response != NULL && !is_complete) {
        MHD_destroy_response(response);
        response = NULL;
    }
    return (struct answer){status, response};
}

static bool add(struct MHD_Response *response, const char *name, const char *value) {
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* What was decided, byte for byte. */
struct answer message_of_decision(const gatepost_decision *decision) {
    gatepost_str body = gatepost_decision_body(decision);
    struct MHD_Response *response = respond(body.ptr, body.len);
    bool is_complete = response != NULL;

    for (size_t i = 0; is_complete && i < gatepost_decision_header_count(decision); i++) {
        gatepost_str name = gatepost_decision_header_name(decision, i);
        gatepost_str value = gatepost_decision_header_value(decision, i);
        char *name_text = strndup(name.ptr, name.len);
        char *value_text = strndup(value.ptr, value.len);

        is_complete = name_text != NULL && value_text != NULL && add(response, name_text, value_text);
        free(name_text);
        free(value_text);
    }
    return complete(gatepost_decision_http_status(decision), response, is_complete);
}

struct answer message_of_text(const char *type, const char *text) {
    struct MHD_Response *response = respond(text, strlen(text));

    return complete(200, response, response != NULL && add(response, "Content-Type", type));
}

bool message_forbid_storing(struct MHD_Response *response) {
    return add(response, "Cache-Control", "no-store") && add(response, "Pragma", "no-cache");
}

/* The constants above contain nothing that JSON escapes. */
static int write_body(char *body, size_t room, const struct refusal *refusal) {
    return snprintf(body, room, "{\"error\":\"%s\",\"error_description\":\"%s\"}", refusal->error,
                    refusal->description);
}

struct answer message_of_refusal(const struct refusal *refusal) {
    char body[256];
    int len = write_body(body, sizeof body, refusal);
    struct MHD_Response *response = respond(body, (size_t)len);
    bool is_complete = response != NULL && add(response, "Content-Type", "application/json") &&
                       message_forbid_storing(response) &&
                       (refusal->status != 401 || add(response, "WWW-Authenticate", "Bearer")) &&
                       (refusal->status != 503 || add(response, "Retry-After", "1"));

    return complete(refusal->status, response, is_complete);
}

enum MHD_Result message_take(struct connection *connection, const char *part, size_t *part_len) {
    if (connection->body == NULL) {
        connection->body = malloc(BODY_LIMIT);
    }
    if (connection->body == NULL || connection->body_len + *part_len > READ_LIMIT) {
        message_cut_off(connection->fd, connection->body == NULL ? &UNAVAILABLE : &TOO_LARGE);
        return MHD_NO;
    }
    if (connection->body_len < BODY_LIMIT) {
        size_t room = BODY_LIMIT - connection->body_len;

        memcpy(connection->body + connection->body_len, part, *part_len < room ? *part_len : room);
    }
    connection->body_len += *part_len;
    *part_len = 0;
    return MHD_YES;
}

void message_cut_off(int fd, const struct refusal *refusal) {
    char body[256], message[512];
    int body_len = write_body(body, sizeof body, refusal);
    int len = snprintf(message, sizeof message,
                       "HTTP/1.1 %u %s\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                       "Pragma: no-cache\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
                       refusal->status, MHD_get_reason_phrase_for(refusal->status), body_len, body);

    /* The connection ends anyway: whether all of it was sent makes no difference. */
    (void)send(fd, message, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
}
