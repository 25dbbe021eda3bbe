/* The endpoints: a request becomes facts, and a decision becomes a response. */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <jansson.h>

#include "host.h"

/* One request: what it is answered from. */
struct asked {
    struct host *host;
    struct MHD_Connection *http;
    const char *method;
    const char *segment; /* of the path, behind the route's */
    gatepost_str body;
    gatepost_str scope; /* of a use, if one is asked about */
    time_t now;
};

/* Who asks. */
struct caller {
    int32_t credential;
    gatepost_str token;
    struct key key;
    char address[INET6_ADDRSTRLEN];
};

enum operation { REGISTER, READ, UPDATE, REMOVE, AUTHORIZE, USABLE };

static const char *const operation_names[] = {"register", "read", "update", "remove", "authorize", "usable"};

/* Writes an answer and returns NULL, or returns a refusal. */
typedef const struct refusal *endpoint(struct asked *asked, struct answer *answer);

static endpoint register_client, manage, decide, discovery, health;

static const struct route {
    const char *path;    /* a client id follows if it ends in a slash */
    const char *methods; /* as in the field Allow */
    endpoint *answer;
    bool uses_store;
} routes[] = {
    {"/auth/register", "POST", register_client, true},
    {"/auth/register/", "GET,HEAD,PUT,DELETE", manage, true},
    {"/decide", "POST", decide, true},
    {"/.well-known/oauth-authorization-server", "GET,HEAD", discovery, false},
    {"/healthz", "GET,HEAD", health, true},
};

static const struct route *find_route(const char *path, const char **segment) {
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        size_t len = strlen(routes[i].path);
        bool takes_segment = routes[i].path[len - 1] == '/';

        *segment = path + len;
        if (strncmp(path, routes[i].path, len) == 0 &&
            (takes_segment ? **segment != '\0' && strchr(*segment, '/') == NULL : **segment == '\0')) {
            return &routes[i];
        }
    }
    return NULL;
}

/* A target may name this host again (RFC 9112 §3.2.2). */
static const char *path_of(const char *target) {
    const char *path;

    if (strncasecmp(target, "http://", strlen("http://")) != 0) {
        return target;
    }
    path = strchr(target + strlen("http://"), '/');
    return path == NULL ? "/" : path;
}

static bool allows(const struct route *route, const char *method) {
    size_t len = strlen(method);

    for (const char *at = route->methods; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, method, len) == 0 && (at[len] == ',' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

static bool takes_body(const char *method) {
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
}

/* Sends an answer. The connection ends with it. */
static enum MHD_Result send_answer(struct MHD_Connection *http, struct connection *connection, struct answer answer) {
    enum MHD_Result is_queued;

    if (answer.response == NULL) {
        return MHD_NO;
    }
    is_queued = MHD_queue_response(http, answer.status, answer.response);
    MHD_destroy_response(answer.response);
    connection->is_answered = true;
    connection->deadline = connection->last;
    connection->late = NULL;
    return is_queued;
}

static enum MHD_Result send_refusal(struct MHD_Connection *http, struct connection *connection,
                                    const struct refusal *refusal, const struct route *route) {
    struct answer answer = message_of_refusal(refusal);

    if (refusal == &METHOD && answer.response != NULL &&
        MHD_add_response_header(answer.response, "Allow", route->methods) != MHD_YES) {
        MHD_destroy_response(answer.response);
        return MHD_NO;
    }
    return send_answer(http, connection, answer);
}

/* Answers in one transaction: until its end, nobody else changes what was read. */
static const struct refusal *answer_with_store(struct asked *asked, const struct route *route, struct answer *answer) {
    struct host *host = asked->host;
    const struct refusal *refusal = &UNAVAILABLE;

    gatepost_context_reset(host->context);
    gatepost_context_set_now(host->context, (uint64_t)asked->now);
    if (store_begin(host->store)) {
        refusal = route->answer(asked, answer);
        if (refusal == NULL && !store_commit(host->store)) {
            refusal = &UNAVAILABLE;
        }
        store_rollback(host->store);
    }
    /* So that no token stays in memory. */
    gatepost_context_reset(host->context);
    return refusal;
}

enum MHD_Result endpoint_answer(void *cls, struct MHD_Connection *http, const char *target, const char *method,
                                const char *version, const char *part, size_t *part_len, void **begun) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(http, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info->socket_context;
    struct asked asked = {.host = cls, .http = http, .method = method, .now = time(NULL)};
    const struct route *route = find_route(path_of(target), &asked.segment);
    const struct refusal *refusal = NULL;
    struct answer answer = {0, NULL};

    (void)version;
    if (connection == NULL) { /* there was no memory for it */
        return MHD_NO;
    }
    if (*part_len > 0) {
        return message_take(connection, part, part_len);
    }
    if (*begun == NULL) {
        *begun = connection;
        if (!message_names_one_host(http)) {
            refusal = &HOST;
        } else if (!message_has_one_length(http)) {
            refusal = &LENGTH;
        } else if (route == NULL) {
            refusal = &NOT_FOUND;
        } else if (!allows(route, method)) {
            refusal = &METHOD;
        } else if (takes_body(method)) {
            if (message_is_json(http)) {
                connection->deadline = milliseconds() + BODY_MILLISECONDS;
                connection->late = &TOO_SLOW;
                return MHD_YES;
            }
            refusal = &MEDIA_TYPE;
        }
    } else if (connection->body_len > BODY_LIMIT) {
        refusal = &TOO_LARGE;
    }
    if (refusal == NULL) {
        asked.body = (gatepost_str){connection->body, connection->body_len};
        refusal = route->uses_store ? answer_with_store(&asked, route, &answer) : route->answer(&asked, &answer);
    }
    if (refusal == NULL) {
        return send_answer(http, connection, answer);
    }
    if (answer.response != NULL) {
        MHD_destroy_response(answer.response);
    }
    return send_refusal(http, connection, refusal, route);
}

/* The bytes of a segment of a path (RFC 3986 §2.1), which must be UTF-8. To be decref'ed; NULL if they are not. */
static json_t *decode(const char *segment) {
    char *bytes = malloc(strlen(segment) + 1);
    size_t len = 0;
    json_t *text;

    if (bytes == NULL) {
        return NULL;
    }
    for (const char *at = segment; *at != '\0'; at++) {
        char pair[3] = {'\0'};

        if (*at == '%' && strspn(at + 1, "0123456789ABCDEFabcdef") >= 2) {
            memcpy(pair, at + 1, 2);
            bytes[len++] = (char)strtoul(pair, NULL, 16);
            at += 2;
        } else {
            bytes[len++] = *at;
        }
    }
    /* It checks the encoding. */
    text = json_stringn(bytes, len);
    free(bytes);
    return text;
}

static gatepost_str view(const json_t *text) {
    return (gatepost_str){json_string_value(text), json_string_length(text)};
}

/* The next word of a list with spaces, or an empty one at its end. */
static gatepost_str next_word(const char **at) {
    gatepost_str word;

    *at += strspn(*at, " ");
    word = (gatepost_str){*at, strcspn(*at, " ")};
    *at += word.len;
    return word;
}

static bool has_permission(const struct key *key, const char *needed) {
    gatepost_str word;

    for (const char *at = key->permissions; (word = next_word(&at)).len > 0;) {
        if (word.len == strlen(needed) && memcmp(word.ptr, needed, word.len) == 0) {
            return true;
        }
    }
    return false;
}

/* Who asks. What was found is freed with key_free, also after a refusal. */
static const struct refusal *find_caller(struct asked *asked, struct caller *caller) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(asked->http, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    /* Behind a proxy this is the proxy. */
    const struct sockaddr *peer = info->client_addr;
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)peer)->sin6_addr;

    memset(caller, 0, sizeof *caller);
    caller->credential = message_bearer(asked->http, &caller->token);
    if (peer->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)peer)->sin_addr, caller->address, sizeof caller->address);
    } else if (IN6_IS_ADDR_V4MAPPED(v6)) {
        inet_ntop(AF_INET, v6->s6_addr + 12, caller->address, sizeof caller->address);
    } else {
        inet_ntop(AF_INET6, v6, caller->address, sizeof caller->address);
    }
    if (caller->token.ptr != NULL && !store_key(asked->host->store, caller->token, &caller->key)) {
        return &UNAVAILABLE;
    }
    if (caller->key.id != 0) {
        caller->credential = GATEPOST_CREDENTIAL_ACCEPTED;
    }
    return NULL;
}

/* What is known of the caller. A setter that fails spoils the context, so that what is asked with it fails. */
static void set_caller(gatepost_context *context, const struct caller *caller) {
    gatepost_str word;

    gatepost_context_set_credential(context, caller->credential);
    /* It may be a registration access token, which only the plugin knows. */
    gatepost_context_set_token(context, caller->token);
    gatepost_context_set_address(context, gatepost_cstr(caller->address));
    if (caller->key.id != 0) {
        gatepost_context_set_account(context, gatepost_cstr(caller->key.account));
        gatepost_context_set_terms(context, gatepost_cstr(caller->key.terms));
        for (const char *at = caller->key.permissions; (word = next_word(&at)).len > 0;) {
            gatepost_context_add_permission(context, word);
        }
    }
}

typedef gatepost_status widen(const gatepost_registrar *, gatepost_str, gatepost_text **, gatepost_error **);

/* The network of an address, and the window that registrations from it are counted in. */
static bool count_in(struct asked *asked, const struct caller *caller, widen *network_of, uint64_t window,
                     char *counted, size_t room) {
    gatepost_text *text = NULL;
    gatepost_str network = GATEPOST_STR("unknown");
    gatepost_status status = network_of(asked->host->registrar, gatepost_cstr(caller->address), &text, NULL);

    if (text != NULL) {
        network = gatepost_text_view(text);
    }
    snprintf(counted, room, "%.*s in window %llu", (int)network.len, network.ptr,
             (unsigned long long)((uint64_t)asked->now / window));
    gatepost_text_free(text);
    return status == GATEPOST_STATUS_OK;
}

/* Who registers with this key, or with none. */
static bool find_registrant(struct asked *asked, const struct caller *caller, struct registrant *who) {
    const gatepost_registrar *registrar = asked->host->registrar;

    who->key = caller->key.id;
    who->account = caller->key.account;
    return count_in(asked, caller, gatepost_network, gatepost_window(registrar), who->network, sizeof who->network) &&
           count_in(asked, caller, gatepost_wider_network, gatepost_wider_window(registrar), who->wider,
                    sizeof who->wider);
}

static gatepost_status perform(struct asked *asked, enum operation operation, gatepost_str client_id,
                               gatepost_decision **decision, gatepost_error **error) {
    const struct host *host = asked->host;

    switch (operation) {
    case REGISTER:
        return gatepost_register(host->registrar, host->context, asked->body, decision, error);
    case READ:
        return gatepost_read(host->registrar, host->context, client_id, decision, error);
    case UPDATE:
        return gatepost_update(host->registrar, host->context, client_id, asked->body, decision, error);
    case REMOVE:
        return gatepost_remove(host->registrar, host->context, client_id, decision, error);
    case AUTHORIZE:
        return gatepost_authorize(host->registrar, host->context, host->request, decision, error);
    case USABLE:
        return gatepost_usable(host->registrar, host->context, client_id, asked->scope, decision, error);
    }
    return GATEPOST_STATUS_INVALID_VALUE;
}

/* Asks the plugin, with the record of this client, if there is one. */
static const struct refusal *ask_about(struct asked *asked, enum operation operation, gatepost_str client_id,
                                       gatepost_decision **decision) {
    struct host *host = asked->host;
    gatepost_error *error = NULL;
    gatepost_status status;
    gatepost_str why;
    char *record = NULL;

    if (client_id.ptr != NULL && !store_record(host->store, client_id, &record)) {
        return &UNAVAILABLE;
    }
    gatepost_context_set_record(host->context, gatepost_cstr(record));
    free(record);
    status = perform(asked, operation, client_id, decision, &error);
    if (status == GATEPOST_STATUS_OK) {
        return NULL;
    }
    why = gatepost_error_message(error);
    say("the plugin made no decision: %s: %.*s", operation_names[operation], (int)why.len, why.ptr);
    gatepost_error_free(error);
    return &FAILED;
}

/* The id of the client that a decision is about, which may be there already. */
static gatepost_str named(const gatepost_decision *decision) {
    bool is_named = gatepost_decision_standing(decision) != GATEPOST_STANDING_NONE ||
                    gatepost_decision_effect(decision) == GATEPOST_EFFECT_SHARE;

    return is_named ? gatepost_decision_client_id(decision) : gatepost_cstr(NULL);
}

/* Logs what was decided, and no more: the rest is a client's own words, or a secret. */
static void log_decision(enum operation operation, const gatepost_decision *decision) {
    char codes[512] = "";
    size_t len = 0;

    for (size_t i = 0; i < gatepost_decision_diagnostic_count(decision) && len < sizeof codes; i++) {
        gatepost_str code = gatepost_diagnostic_code(gatepost_decision_diagnostic(decision, i));

        len += (size_t)snprintf(codes + len, sizeof codes - len, " %.*s", (int)code.len, code.ptr);
    }
    say("%s %u%s", operation_names[operation], gatepost_decision_http_status(decision), codes);
}

/* Asks the plugin. The context has all facts but the record. What was decided is freed also after a refusal. */
static const struct refusal *ask(struct asked *asked, enum operation operation, gatepost_str client_id,
                                 gatepost_decision **decision) {
    const struct refusal *refusal = ask_about(asked, operation, client_id, decision);
    gatepost_decision *first = *decision;
    gatepost_str found = named(first);

    if (refusal == NULL && client_id.ptr == NULL && found.ptr != NULL) {
        /* It may be a client that is there already: it is decided again, with the record. */
        *decision = NULL;
        refusal = ask_about(asked, operation, found, decision);
        gatepost_decision_free(first);
    }
    if (refusal != NULL) {
        return refusal;
    }
    log_decision(operation, *decision);
    if (gatepost_decision_outcome(*decision) != GATEPOST_OUTCOME_ACCEPT) {
        return gatepost_decision_effect(*decision) == GATEPOST_EFFECT_NONE ? NULL : &FAILED;
    }
    for (size_t i = 0; i < gatepost_decision_fetch_count(*decision); i++) {
        /* This program fetches no documents, so that what depends on one is not done. */
        if (gatepost_fetch_due(gatepost_decision_fetch(*decision, i)) != GATEPOST_DUE_ON_USE) {
            return &UNFETCHED;
        }
    }
    return NULL;
}

/* Answers a client: facts, decision, effect, response. */
static const struct refusal *answer_client(struct asked *asked, enum operation operation, gatepost_str client_id,
                                           struct answer *answer) {
    struct host *host = asked->host;
    struct registrant registrant, *who = NULL;
    gatepost_decision *decision = NULL;
    struct caller caller;
    const struct refusal *refusal = find_caller(asked, &caller);

    set_caller(host->context, &caller);
    if (refusal == NULL && operation == REGISTER) {
        who = &registrant;
        if (!find_registrant(asked, &caller, who)) {
            refusal = &FAILED;
        } else if (!store_usage(host->store, who, host->context)) {
            refusal = &UNAVAILABLE;
        }
    }
    if (refusal == NULL) {
        refusal = ask(asked, operation, client_id, &decision);
    }
    if (refusal == NULL) {
        /* Before the effect: what cannot be answered must not have one. */
        *answer = message_of_decision(decision);
        if (answer->response == NULL) {
            refusal = &FAILED;
        } else if (!store_carry_out(host->store, decision, who)) {
            refusal = &UNAVAILABLE;
        }
    }
    gatepost_decision_free(decision);
    key_free(&caller.key);
    return refusal;
}

/* POST /auth/register (RFC 7591 §3.1). */
static const struct refusal *register_client(struct asked *asked, struct answer *answer) {
    return answer_client(asked, REGISTER, gatepost_cstr(NULL), answer);
}

/* GET, PUT and DELETE /auth/register/{client_id} (RFC 7592 §2). */
static const struct refusal *manage(struct asked *asked, struct answer *answer) {
    bool is_put = strcmp(asked->method, "PUT") == 0;
    enum operation operation = is_put ? UPDATE : strcmp(asked->method, "DELETE") == 0 ? REMOVE : READ;
    json_t *client_id = decode(asked->segment);
    const struct refusal *refusal = &NOT_FOUND;

    if (client_id != NULL) {
        refusal = answer_client(asked, operation, view(client_id), answer);
    }
    json_decref(client_id);
    return refusal;
}

/* What the mail server asks. What is left out is NULL or null. */
struct question {
    json_t *account; /* the account that signed in, if one did, and its permissions */
    json_t *permissions;
    json_t *request;   /* the query of an authorization request, as it arrived */
    json_t *client_id; /* or, at a sign-in, the client that the token is for, and the scope that the use needs */
    json_t *scope;
    int agreed; /* whether the user has agreed */
};

static bool is_text_or_none(const json_t *member) {
    return member == NULL || json_is_null(member) || json_is_string(member);
}

static bool read_question(json_t *document, struct question *question) {
    const char *const members = "{s?o, s?o, s?o, s?o, s?o, s?b !}";
    json_t *permission;
    size_t i;

    memset(question, 0, sizeof *question);
    if (json_unpack(document, members, "account", &question->account, "permissions", &question->permissions, "request",
                    &question->request, "client_id", &question->client_id, "scope", &question->scope, "agreed",
                    &question->agreed) != 0) {
        return false;
    }
    json_array_foreach(question->permissions, i, permission) {
        if (!json_is_string(permission)) {
            return false;
        }
    }
    return (question->permissions == NULL || json_is_array(question->permissions)) &&
           is_text_or_none(question->account) && is_text_or_none(question->request) &&
           is_text_or_none(question->client_id) && is_text_or_none(question->scope) &&
           json_is_string(question->request) != json_is_string(question->client_id);
}

/* Adds a member, and says whether there was memory for it. */
static bool add(json_t *object, const char *name, json_t *value) {
    return json_object_set_new(object, name, value) == 0;
}

static json_t *text_or_null(gatepost_str text) {
    return text.ptr == NULL ? json_null() : json_stringn(text.ptr, text.len);
}

static json_t *client_of(const gatepost_decision *decision) {
    static const char *const standings[] = {NULL,     "provisioned",  "registered", "document",
                                            "shared", "unregistered", "overridden"};
    size_t standing = (size_t)gatepost_decision_standing(decision);
    gatepost_str metadata = gatepost_decision_metadata(decision);
    json_t *client;

    /* A standing that a later plugin has and this program does not know is no reason to let a client in. */
    if (gatepost_decision_outcome(decision) != GATEPOST_OUTCOME_ACCEPT || standing == GATEPOST_STANDING_NONE ||
        standing >= sizeof standings / sizeof *standings) {
        return json_null();
    }
    client = json_object();
    if (add(client, "client_id", text_or_null(gatepost_decision_client_id(decision))) &&
        add(client, "standing", json_string(standings[standing])) &&
        add(client, "redirect_uri", text_or_null(gatepost_decision_redirect_uri(decision))) &&
        add(client, "scope", text_or_null(gatepost_decision_scope(decision))) &&
        add(client, "metadata", json_loadb(metadata.ptr, metadata.len, JSON_ALLOW_NUL, NULL))) {
        return client;
    }
    json_decref(client);
    return NULL;
}

static json_t *diagnostics_of(const gatepost_decision *decision) {
    json_t *diagnostics = json_array();

    for (size_t i = 0; i < gatepost_decision_diagnostic_count(decision); i++) {
        const gatepost_diagnostic *found = gatepost_decision_diagnostic(decision, i);
        json_t *shown = json_object();

        if (!add(shown, "code", text_or_null(gatepost_diagnostic_code(found))) ||
            !add(shown, "message", text_or_null(gatepost_diagnostic_message(found))) ||
            json_array_append(diagnostics, shown) != 0) {
            json_decref(diagnostics);
            diagnostics = NULL;
        }
        json_decref(shown);
    }
    return diagnostics;
}

static gatepost_str location_of(const gatepost_decision *decision) {
    for (size_t i = 0; i < gatepost_decision_header_count(decision); i++) {
        gatepost_str name = gatepost_decision_header_name(decision, i);

        if (name.len == strlen("Location") && strncasecmp(name.ptr, "Location", name.len) == 0) {
            return gatepost_decision_header_value(decision, i);
        }
    }
    return gatepost_cstr(NULL);
}

/* What the mail server is told; no response if there is no memory. */
static struct answer verdict(const gatepost_decision *decision) {
    struct answer answer = {200, NULL};
    json_t *told = json_object(), *client = client_of(decision);
    char *text = NULL;

    if (add(told, "allowed", json_boolean(json_is_object(client))) && add(told, "client", json_incref(client)) &&
        add(told, "diagnostics", diagnostics_of(decision)) &&
        add(told, "status", json_integer(gatepost_decision_http_status(decision))) &&
        add(told, "location", text_or_null(location_of(decision))) &&
        add(told, "body", text_or_null(gatepost_decision_body(decision)))) {
        text = json_dumps(told, JSON_COMPACT | JSON_SORT_KEYS);
    }
    if (text != NULL) {
        answer = message_of_text("application/json", text);
    }
    if (answer.response != NULL && !message_forbid_storing(answer.response)) {
        MHD_destroy_response(answer.response);
        answer.response = NULL;
    }
    free(text);
    json_decref(client);
    json_decref(told);
    return answer;
}

/* Decides a question that is understood. */
static const struct refusal *answer_question(struct asked *asked, const struct question *question,
                                             struct answer *answer) {
    struct host *host = asked->host;
    gatepost_decision *decision = NULL;
    gatepost_text *client_id = NULL;
    const struct refusal *refusal;
    size_t i;
    json_t *permission;

    if (json_is_string(question->account)) {
        gatepost_context_set_credential(host->context, GATEPOST_CREDENTIAL_ACCEPTED);
        gatepost_context_set_account(host->context, view(question->account));
        json_array_foreach(question->permissions, i, permission) {
            gatepost_context_add_permission(host->context, view(permission));
        }
    }
    if (json_is_string(question->client_id)) {
        asked->scope = view(question->scope);
        refusal = ask(asked, USABLE, view(question->client_id), &decision);
    } else {
        gatepost_request_reset(host->request, GATEPOST_ENDPOINT_AUTHORIZATION);
        gatepost_request_set_parameters(host->request, view(question->request));
        if (gatepost_identify(host->registrar, host->request, &client_id, NULL) != GATEPOST_STATUS_OK) {
            return &FAILED;
        }
        refusal = ask(asked, AUTHORIZE, gatepost_text_view(client_id), &decision);
    }
    if (refusal == NULL) {
        *answer = verdict(decision);
        if (answer->response == NULL) {
            refusal = &FAILED;
        } else if (question->agreed && !store_carry_out(host->store, decision, NULL)) {
            /* The effect is due when the user has agreed, not when the user is asked. */
            refusal = &UNAVAILABLE;
        }
    }
    gatepost_decision_free(decision);
    gatepost_text_free(client_id);
    return refusal;
}

/* POST /decide: the mail server asks whether a client may be used for an account, with what it asks for or now. */
static const struct refusal *decide(struct asked *asked, struct answer *answer) {
    struct caller caller;
    struct question question;
    json_t *document = NULL;
    const struct refusal *refusal = find_caller(asked, &caller);

    if (refusal == NULL && caller.credential != GATEPOST_CREDENTIAL_ACCEPTED) {
        refusal = &NO_KEY;
    } else if (refusal == NULL && (!has_permission(&caller.key, GATEPOST_PERMISSION_AUTHENTICATE) ||
                                   !has_permission(&caller.key, "oauth-client-decide"))) {
        refusal = &NO_PERMISSION;
    } else if (refusal == NULL) {
        document = json_loadb(asked->body.ptr, asked->body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        refusal = read_question(document, &question) ? answer_question(asked, &question, answer) : &QUESTION;
    }
    json_decref(document);
    key_free(&caller.key);
    return refusal;
}

/* GET /.well-known/oauth-authorization-server (RFC 8414 §3). */
static const struct refusal *discovery(struct asked *asked, struct answer *answer) {
    if (asked->host->metadata == NULL) {
        return &NOT_FOUND;
    }
    *answer = message_of_text("application/json", asked->host->metadata);
    return NULL;
}

/* GET /healthz: whether the store works. */
static const struct refusal *health(struct asked *asked, struct answer *answer) {
    (void)asked;
    *answer = message_of_text("text/plain; charset=utf-8", "ok\n");
    return NULL;
}
