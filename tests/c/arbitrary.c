/*
 * Makes arbitrary sequences of calls with arbitrary bytes, and holds what comes back against what the header
 * promises. Run it under a sanitizer or valgrind, which see what is read and written.
 *
 * usage: arbitrary SECONDS [SEED]      sequences from this seed on, for so long; with 0 seconds, this one alone
 *        arbitrary FILE...             the sequences that these bytes make, such as those in fuzz/corpus/c_boundary
 *
 * A sequence follows from its seed. With -DLIBFUZZER it is a target of libFuzzer, which makes the bytes that a
 * seed makes otherwise: fuzz/build.rs puts it into the target c_boundary.
 */

#include <gatepost.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arbitrary_promises.h"
#include "arbitrary_words.h"

#define CALLS 200
#define LONGEST 2048
#define LENGTH(array) (sizeof(array) / sizeof *(array))

static unsigned long calls, decisions, acceptances;

/* The bytes that a sequence is made from. When they are used up, it ends. */

struct source {
    const uint8_t *at;
    size_t left;
};

static uint8_t take(struct source *source) {
    if (source->left == 0) {
        return 0;
    }
    source->left--;
    return *source->at++;
}

static uint64_t take_number(struct source *source) {
    static const uint64_t numbers[] = {0, 1, 1790000000, 1790000001, UINT32_MAX, INT64_MAX, UINT64_MAX - 1, UINT64_MAX};
    uint8_t choice = take(source);

    return choice < 128 ? numbers[choice % LENGTH(numbers)] : (uint64_t)take(source) << choice % 57;
}

static int32_t take_value(struct source *source, int32_t values) {
    static const int32_t none[] = {-1, INT32_MIN, INT32_MAX};
    uint8_t choice = take(source);

    return choice < 240 ? choice % values : choice < 248 ? values : none[choice % LENGTH(none)];
}

/* The clients that earlier decisions of the sequence registered or changed. */

enum { CLIENT_ID, RECORD, SECRET, TOKEN, PARTS };

static char *clients[4][PARTS];
static unsigned learnings;

static void learn(char **part, gatepost_str text) {
    char *copy = NULL;

    if (text.ptr != NULL) {
        copy = malloc(text.len + 1);
        CHECK(copy != NULL);
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '\0';
    }
    free(*part);
    *part = copy;
}

static void learn_client(const gatepost_decision *decision) {
    char **client = clients[learnings % LENGTH(clients)];

    if (gatepost_decision_record(decision).ptr != NULL) {
        learn(&client[CLIENT_ID], gatepost_decision_client_id(decision));
        learn(&client[RECORD], gatepost_decision_record(decision));
        learn(&client[SECRET], gatepost_decision_client_secret(decision));
        learn(&client[TOKEN], gatepost_decision_registration_access_token(decision));
        learnings++;
    }
}

static void forget_clients(void) {
    const gatepost_str absent = {NULL, 0};

    for (size_t i = 0; i < LENGTH(clients); i++) {
        for (size_t part = 0; part < PARTS; part++) {
            learn(&clients[i][part], absent);
        }
    }
    learnings = 0;
}

/* Strings of a call, each on the heap with no byte to spare, so that a checker sees one that is read too many. They
 * are freed when it returns: the library may not keep them. */

static void *lent[4];
static unsigned lendings;

static gatepost_str lend(const void *bytes, size_t len) {
    gatepost_str text = {malloc(len), len};

    CHECK(len == 0 || text.ptr != NULL);
    if (len > 0) {
        memcpy((void *)(uintptr_t)text.ptr, bytes, len);
    }
    CHECK(lendings < LENGTH(lent));
    lent[lendings++] = (void *)(uintptr_t)text.ptr;
    return text;
}

static void give_back(void) {
    while (lendings > 0) {
        free(lent[--lendings]);
    }
}

static gatepost_str lend_changed(struct source *source, const char *text) {
    char changed[LONGEST];
    size_t len = strlen(text) < LONGEST - 1 ? strlen(text) : LONGEST - 1;
    size_t place = len == 0 ? 0 : ((size_t)take(source) << 3 | take(source)) % len;

    memcpy(changed, text, len);
    switch (take(source) % 4) {
    case 0:
        changed[place] = (char)take(source);
        break;
    case 1: /* shorter */
        len = place;
        break;
    case 2: /* one byte more */
        memmove(changed + place + 1, changed + place, len - place);
        changed[place] = (char)take(source);
        len++;
        break;
    default: /* a part of it twice */
        len = len + (len - place) > LONGEST ? len : len + (len - place);
        memmove(changed + (len - (len - place) / 2), changed + place, (len - place) / 2);
        break;
    }
    return lend(changed, len);
}

static const char *choose(struct source *source, enum kind kind) {
    size_t count = 0;

    while (count < LENGTH(texts[kind]) && texts[kind][count] != NULL) {
        count++;
    }
    return texts[kind][take(source) % count];
}

/* A string of a kind, or nearly so, or not at all. */
static gatepost_str take_text(struct source *source, enum kind kind) {
    gatepost_str text = {NULL, 0};
    char bytes[64];
    uint8_t choice = take(source);
    size_t len = 0;

    if (choice < 100) {
        const char *chosen = choose(source, kind);
        return lend(chosen, strlen(chosen));
    }
    if (choice < 150) {
        uint8_t which = take(source);
        const char *known = clients[which % LENGTH(clients)][which / 64];
        return known == NULL ? text : choice < 140 ? lend(known, strlen(known)) : lend_changed(source, known);
    }
    if (choice < 190) {
        return lend_changed(source, choose(source, kind));
    }
    if (choice < 200) {
        return lend_changed(source, choose(source, (enum kind)(take(source) % KINDS)));
    }
    if (choice < 230) {
        for (len = take(source) % sizeof bytes; text.len < len; text.len++) {
            bytes[text.len] = (char)take(source);
        }
        return lend(bytes, len);
    }
    if (choice < 236) { /* NULL with a length */
        text.len = choice;
    } else if (choice < 240) { /* longer than anything can be */
        text = lend("", 0);
        text.len = (size_t)-1 - choice % 4 * ((size_t)-1 / 8);
    }
    return text;
}

/* Objects. Any of them may be missing. A setter that failed spoils its object until it is reset. */

struct objects {
    gatepost_registrar *registrars[2];
    gatepost_context *contexts[3];
    gatepost_status spoiled[3];
    gatepost_request *requests[2];
    gatepost_status spoiled_requests[2];
    gatepost_decision *decisions[3];
};

/* Operations. */

static gatepost_status ask(uint8_t operation, const gatepost_registrar *registrar, gatepost_context *context,
                           const gatepost_request *request, gatepost_str id, gatepost_str body,
                           gatepost_decision **decision, gatepost_error **error) {
    switch (operation) {
    case 0:
        return gatepost_register(registrar, context, body, decision, error);
    case 1:
        return gatepost_provision(registrar, context, id, body, decision, error);
    case 2:
        return gatepost_read(registrar, context, id, decision, error);
    case 3:
        return gatepost_update(registrar, context, id, body, decision, error);
    case 4:
        return gatepost_rotate_secret(registrar, context, id, decision, error);
    case 5:
        return gatepost_disable(registrar, context, id, decision, error);
    case 6:
        return gatepost_enable(registrar, context, id, decision, error);
    case 7:
        return gatepost_remove(registrar, context, id, decision, error);
    case 8:
        return gatepost_authorize(registrar, context, request, decision, error);
    case 9:
        return gatepost_authenticate(registrar, context, request, decision, error);
    case 10:
        return gatepost_review(registrar, context, id, decision, error);
    case 11:
        return gatepost_review_draft(registrar, context, body, decision, error);
    case 12:
        return gatepost_lifecycle(registrar, context, id, decision, error);
    case 13:
        return gatepost_client_document(registrar, context, id, body, decision, error);
    case 14:
        return gatepost_usable(registrar, context, id, body, decision, error);
    case 15:
        return gatepost_approve(registrar, context, id, decision, error);
    case 16:
        return gatepost_deny(registrar, context, id, decision, error);
    default:
        return gatepost_rotate_registration_access_token(registrar, context, id, decision, error);
    }
}

static const uint8_t entropy[32] = {7};

/* Says all of a client: who asks about it, its record, and a request that it makes. Returns its id. Without a client
 * it is an administrator alone, and an id that may become one's. */
static gatepost_str introduce(struct source *source, char *const *client, gatepost_context *context,
                              gatepost_request *request, gatepost_status *spoiled) {
    char form[1024];
    const char *id = client[CLIENT_ID] == NULL ? choose(source, ID) : client[CLIENT_ID];
    gatepost_str record = gatepost_cstr(client[RECORD]);
    uint8_t how = take(source);

    gatepost_context_reset(context);
    if (how < 160) {
        gatepost_context_set_credential(context, GATEPOST_CREDENTIAL_ACCEPTED);
        for (size_t i = 0; i < LENGTH(permissions); i++) {
            gatepost_context_add_permission(context, gatepost_cstr(permissions[i]));
        }
    } else {
        gatepost_context_set_credential(context, GATEPOST_CREDENTIAL_REJECTED);
        gatepost_context_set_token(context, gatepost_cstr(client[TOKEN]));
    }
    if (record.ptr != NULL && how % 16 == 0) {
        record = lend_changed(source, client[RECORD]);
    }
    *spoiled = gatepost_context_set_record(context, record);
    gatepost_request_reset(request, how % 2 == 0 ? GATEPOST_ENDPOINT_TOKEN : GATEPOST_ENDPOINT_AUTHORIZATION);
    snprintf(form, sizeof form,
             how % 2 == 0 ? "grant_type=authorization_code&client_id=%s&client_secret=%s"
                          : "response_type=code&redirect_uri=https%%3A%%2F%%2Fwebmail.example.com%%2Fcb&client_id=%s"
                            "&state=%s",
             id, client[SECRET] == NULL ? "" : client[SECRET]);
    gatepost_request_set_parameters(request, gatepost_cstr(form));
    return lend(id, strlen(id));
}

/* A document for a change of a client, which has to name it (RFC 7592 §2.2). */
static gatepost_str lend_update(struct source *source, gatepost_str id) {
    char document[LONGEST];
    const char *metadata = choose(source, METADATA);
    int len = snprintf(document, sizeof document, "{\"client_id\":\"%.*s\",%s", (int)id.len, id.ptr, metadata + 1);

    CHECK(len > 0 && (size_t)len < sizeof document);
    return lend(document, (size_t)len);
}

static void ask_any(struct source *source, struct objects *objects) {
    uint8_t operation = take(source) % 18, how = take(source);
    size_t which = take(source) % 4, kept = how % LENGTH(objects->decisions);
    size_t requested = which % LENGTH(objects->requests);
    const gatepost_registrar *registrar = objects->registrars[which % LENGTH(objects->registrars)];
    gatepost_context *context = which < 3 ? objects->contexts[which] : NULL;
    gatepost_request *request = objects->requests[requested];
    int uses_request = operation == 8 || operation == 9, is_error_asked = how < 200;
    char *const *client = clients[how / 3 % LENGTH(clients)];
    int is_about_client = how % 3 != 0 && context != NULL && request != NULL;
    gatepost_str id, body;
    gatepost_decision *decision = UNTOUCHED, *again = UNTOUCHED;
    gatepost_error *error = UNTOUCHED;
    gatepost_status status;
    int is_whole = registrar != NULL && context != NULL && (!uses_request || request != NULL) && how != 255;

    if (is_about_client) {
        id = introduce(source, client, context, request, &objects->spoiled[which]);
        objects->spoiled_requests[requested] = GATEPOST_STATUS_OK;
    } else {
        id = take_text(source, ID);
    }
    body = is_about_client && operation == 3 ? lend_update(source, id)
                                             : take_text(source, operation == 14 ? SCOPE : METADATA);
    if (how % 4 == 0 && context != NULL) {
        gatepost_context_set_now(context, 1790000000);
        gatepost_context_set_entropy(context, entropy, sizeof entropy);
    }
    status = ask(operation, registrar, context, request, id, body, how == 255 ? NULL : &decision,
                 is_error_asked ? &error : NULL);
    CHECK((decision != UNTOUCHED) == (status == GATEPOST_STATUS_OK));
    CHECK(is_whole || status != GATEPOST_STATUS_OK);
    if (is_whole && objects->spoiled[which] != GATEPOST_STATUS_OK) {
        CHECK(status == objects->spoiled[which]);
    } else if (is_whole && uses_request && objects->spoiled_requests[requested] != GATEPOST_STATUS_OK) {
        CHECK(status == objects->spoiled_requests[requested]);
    }
    if (!check_status(status, error, is_error_asked)) {
        return;
    }
    check_decision(decision);
    decisions++;
    acceptances += gatepost_decision_outcome(decision) == GATEPOST_OUTCOME_ACCEPT;
    if (how % 4 == 0) {
        /* The same facts give the same bytes. */
        gatepost_context_set_entropy(context, entropy, sizeof entropy);
        CHECK(ask(operation, registrar, context, request, id, body, &again, NULL) == GATEPOST_STATUS_OK);
        CHECK(same(gatepost_decision_body(decision), gatepost_decision_body(again)));
        CHECK(same(gatepost_decision_record(decision), gatepost_decision_record(again)));
        gatepost_decision_free(again);
    }
    learn_client(decision);
    gatepost_decision_free(objects->decisions[kept]);
    objects->decisions[kept] = decision;
}

/* Setters. */

static void set_any(struct source *source, struct objects *objects) {
    static gatepost_status (*const numbers[])(gatepost_context *, uint64_t) = {
        gatepost_context_set_now,
        gatepost_context_set_account_clients,
        gatepost_context_set_address_registrations,
        gatepost_context_set_wider_registrations,
        gatepost_context_set_key_registrations,
        gatepost_context_set_anonymous_clients,
        gatepost_context_set_total_clients,
        gatepost_context_set_authorised_at,
        gatepost_context_set_last_used,
        gatepost_context_set_refresh_tokens,
    };
    static gatepost_status (*const setters[])(gatepost_context *, gatepost_str) = {
        gatepost_context_set_account, gatepost_context_add_permission, gatepost_context_set_address,
        gatepost_context_set_terms,   gatepost_context_set_token,      gatepost_context_set_record,
    };
    static const enum kind kinds[] = {ID, SCOPE, ADDRESS, TERMS, ID, METADATA};
    size_t which = take(source) % 4, setter;
    gatepost_context *context = which < 3 ? objects->contexts[which] : NULL;
    gatepost_status status = GATEPOST_STATUS_OK;
    gatepost_str text;

    switch (take(source) % 8) {
    case 0:
        status = gatepost_context_set_credential(context, take_value(source, 5));
        break;
    case 1:
        status = numbers[take(source) % LENGTH(numbers)](context, take_number(source));
        break;
    case 2:
        text = take_text(source, ID);
        status = gatepost_context_set_entropy(context, (const uint8_t *)text.ptr, text.len);
        break;
    case 3: /* an administrator, and a client's own */
        gatepost_context_set_credential(context, GATEPOST_CREDENTIAL_ACCEPTED);
        for (size_t i = 0; i < LENGTH(permissions); i++) {
            gatepost_context_add_permission(context, gatepost_cstr(permissions[i]));
        }
        break;
    case 4:
        status = gatepost_context_clear_permissions(context);
        break;
    default:
        setter = take(source) % LENGTH(setters);
        text = take_text(source, kinds[setter]);
        status = setters[setter](context, text);
        if (setter == 0 && text.ptr == NULL && text.len == 0) {
            CHECK(status == GATEPOST_STATUS_OK || context == NULL);
        }
        break;
    }
    check_status(status, UNTOUCHED, 0);
    if (context != NULL && objects->spoiled[which] == GATEPOST_STATUS_OK) {
        objects->spoiled[which] = status;
    }
}

static void set_request(struct source *source, struct objects *objects) {
    size_t which = take(source) % 2;
    gatepost_request *request = objects->requests[which];
    gatepost_status status;

    switch (take(source) % 4) {
    case 0:
        status = gatepost_request_set_authorization(request, take_text(source, HEADER));
        break;
    case 1:
        status = gatepost_request_set_jwks(request, take_text(source, KEYS));
        break;
    default:
        status = gatepost_request_set_parameters(request, take_text(source, FORM));
        break;
    }
    check_status(status, UNTOUCHED, 0);
    if (request != NULL && objects->spoiled_requests[which] == GATEPOST_STATUS_OK) {
        objects->spoiled_requests[which] = status;
    }
}

/* Makes an object, or makes it anew. */
static void make_any(struct source *source, struct objects *objects) {
    size_t which = take(source);
    gatepost_error *error = UNTOUCHED;
    gatepost_registrar *registrar = UNTOUCHED;
    gatepost_context *context = UNTOUCHED;
    gatepost_request *request = UNTOUCHED;
    gatepost_status status;

    switch (take(source) % 8) {
    case 0:
    case 1:
        which %= LENGTH(objects->registrars);
        status = gatepost_registrar_new(take_text(source, SETTINGS), &registrar, &error);
        CHECK((registrar != UNTOUCHED) == (status == GATEPOST_STATUS_OK));
        if (check_status(status, error, 1)) {
            gatepost_registrar_free(objects->registrars[which]);
            objects->registrars[which] = registrar;
        }
        return;
    case 2:
        which %= LENGTH(objects->contexts);
        status = gatepost_context_new(&context, &error);
        CHECK(check_status(status, error, 1) && context != UNTOUCHED);
        gatepost_context_free(objects->contexts[which]);
        objects->contexts[which] = context;
        objects->spoiled[which] = GATEPOST_STATUS_OK;
        return;
    case 3:
    case 4:
        which %= LENGTH(objects->contexts);
        status = gatepost_context_reset(objects->contexts[which]);
        CHECK((status == GATEPOST_STATUS_OK) == (objects->contexts[which] != NULL));
        objects->spoiled[which] = GATEPOST_STATUS_OK;
        return;
    case 5:
        which %= LENGTH(objects->requests);
        status = gatepost_request_new(take_value(source, 6), &request, &error);
        CHECK((request != UNTOUCHED) == (status == GATEPOST_STATUS_OK));
        if (check_status(status, error, 1)) {
            gatepost_request_free(objects->requests[which]);
            objects->requests[which] = request;
            objects->spoiled_requests[which] = GATEPOST_STATUS_OK;
        }
        return;
    case 6:
        which %= LENGTH(objects->requests);
        status = gatepost_request_reset(objects->requests[which], take_value(source, 6));
        check_status(status, UNTOUCHED, 0);
        /* A reset to an endpoint that there is not is none. */
        if (status == GATEPOST_STATUS_OK || objects->spoiled_requests[which] == GATEPOST_STATUS_OK) {
            objects->spoiled_requests[which] = objects->requests[which] == NULL ? GATEPOST_STATUS_OK : status;
        }
        return;
    default: /* anything may be missing */
        which %= LENGTH(objects->contexts);
        gatepost_decision_free(objects->decisions[which]);
        objects->decisions[which] = NULL;
        if (take(source) % 4 == 0) {
            gatepost_context_free(objects->contexts[which]);
            objects->contexts[which] = NULL;
        }
        return;
    }
}

/* Questions that are no operations. */

static void check_written(gatepost_status status, gatepost_text *text, gatepost_error *error) {
    CHECK((text != UNTOUCHED) == (status == GATEPOST_STATUS_OK));
    if (check_status(status, error, 1)) {
        check_optional(gatepost_text_view(text));
        gatepost_text_free(text);
    }
}

static void query_any(struct source *source, struct objects *objects) {
    size_t which = take(source) % 3;
    const gatepost_registrar *registrar = which < 2 ? objects->registrars[which] : NULL;
    gatepost_text *text = UNTOUCHED;
    gatepost_error *error = UNTOUCHED;
    gatepost_str string = {UNTOUCHED, 0};
    gatepost_str other;
    gatepost_status status;
    int32_t value = -1;

    switch (take(source) % 8) {
    case 0:
        status = gatepost_network(registrar, take_text(source, ADDRESS), &text, &error);
        check_written(status, text, error);
        break;
    case 1:
        status = gatepost_wider_network(registrar, take_text(source, ADDRESS), &text, &error);
        check_written(status, text, error);
        break;
    case 2:
        status = gatepost_identify(registrar, objects->requests[which % 2], &text, &error);
        check_written(status, text, error);
        break;
    case 3:
        status = gatepost_server_metadata(registrar, &string, &error);
        CHECK((string.ptr != UNTOUCHED) == (status == GATEPOST_STATUS_OK));
        if (check_status(status, error, 1)) {
            check_text(string);
        }
        break;
    case 4:
        status = gatepost_check_terms(take_text(source, TERMS), &error);
        check_status(status, error, 1);
        break;
    case 5:
        other = take_text(source, HEADER);
        status = gatepost_bearer(other, &value, &string, &error);
        CHECK((value != -1) == (status == GATEPOST_STATUS_OK));
        if (check_status(status, error, 1)) {
            CHECK(value >= GATEPOST_CREDENTIAL_MISSING && value <= GATEPOST_CREDENTIAL_OTHER_SCHEME);
            CHECK(value != GATEPOST_CREDENTIAL_ACCEPTED);
            CHECK((string.ptr != NULL) == (value == GATEPOST_CREDENTIAL_REJECTED));
            CHECK(string.ptr == NULL || (string.ptr >= other.ptr && string.len > 0 &&
                                         string.ptr + string.len <= other.ptr + other.len));
            check_optional(string);
        }
        break;
    case 6:
        other = take_text(source, URI);
        value = gatepost_redirect_uri_matches(other, take_text(source, URI));
        CHECK(value == 0 || value == 1);
        break;
    default:
        for (size_t i = 0; i < gatepost_registrar_warning_count(registrar); i++) {
            check_finding(gatepost_registrar_warning(registrar, i));
        }
        if (gatepost_registrar_web_administration_warning(registrar) != NULL) {
            check_finding(gatepost_registrar_web_administration_warning(registrar));
        }
        CHECK(gatepost_window(registrar) > 0 && gatepost_wider_window(registrar) > 0);
        break;
    }
}

/* Makes one sequence of calls. */
static void play(struct source source) {
    struct objects objects;

    memset(&objects, 0, sizeof objects);
    CHECK(gatepost_registrar_new(GATEPOST_STR(""), &objects.registrars[0], NULL) == GATEPOST_STATUS_OK);
    CHECK(gatepost_context_new(&objects.contexts[0], NULL) == GATEPOST_STATUS_OK);
    CHECK(gatepost_request_new(GATEPOST_ENDPOINT_TOKEN, &objects.requests[0], NULL) == GATEPOST_STATUS_OK);
    for (int call = 0; call < CALLS && source.left > 0; call++) {
        uint8_t what = take(&source);

        if (what < 90) {
            ask_any(&source, &objects);
        } else if (what < 160) {
            set_any(&source, &objects);
        } else if (what < 190) {
            set_request(&source, &objects);
        } else if (what < 225) {
            make_any(&source, &objects);
        } else {
            query_any(&source, &objects);
        }
        give_back();
        calls++;
    }
    /* A decision outlives its registrar and its context. */
    for (size_t i = 0; i < LENGTH(objects.registrars); i++) {
        gatepost_registrar_free(objects.registrars[i]);
        gatepost_request_free(objects.requests[i]);
    }
    for (size_t i = 0; i < LENGTH(objects.contexts); i++) {
        gatepost_context_free(objects.contexts[i]);
        if (objects.decisions[i] != NULL) {
            check_decision(objects.decisions[i]);
        }
        gatepost_decision_free(objects.decisions[i]);
    }
    forget_clients();
}

static void stop_at_panic(void *data, gatepost_str message) {
    (void)data;
    fprintf(stderr, "a panic: %.*s\n", (int)message.len, message.ptr);
    abort();
}

#ifdef LIBFUZZER

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    struct source source = {bytes, len};

    gatepost_set_panic_log(stop_at_panic, NULL);
    play(source);
    return 0;
}

#else

static uint64_t seed;

static void say_seed(void) {
    fprintf(stderr, "arbitrary: to see it again: arbitrary 0 %llu\n", (unsigned long long)seed);
}

static void say_seed_at(int signal) {
    say_seed();
    (void)signal;
    _Exit(1);
}

/* Of the sanitizers, if one is there. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* SplitMix64 */
static uint64_t draw(uint64_t *state) {
    uint64_t bits = *state += 0x9e3779b97f4a7c15u;

    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
    return bits ^ bits >> 31;
}

static void play_seed(void) {
    uint8_t bytes[LONGEST];
    uint64_t state = seed;
    struct source source = {bytes, (size_t)(draw(&state) % LONGEST)};

    for (size_t i = 0; i < source.left; i++) {
        bytes[i] = (uint8_t)draw(&state);
    }
    play(source);
}

static int play_files(char *const *files) {
    uint8_t bytes[2 * LONGEST];
    struct source source = {bytes, 0};

    for (; *files != NULL; files++) {
        FILE *file = fopen(*files, "rb");

        if (file == NULL) {
            perror(*files);
            return 1;
        }
        source.left = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        fprintf(stderr, "%s\n", *files);
        play(source);
    }
    printf("%lu calls, %lu decisions, %lu of them accept\n", calls, decisions, acceptances);
    return 0;
}

int main(int argc, char **argv) {
    unsigned long sequences = 0, seconds;
    char *after = NULL;
    time_t end;

    gatepost_set_panic_log(stop_at_panic, NULL);
    seconds = argc < 2 ? 0 : strtoul(argv[1], &after, 10);
    if (argc > 1 && *after != '\0') {
        return play_files(argv + 1);
    }
    if (argc < 2 || argc > 3) {
        fputs("usage: arbitrary SECONDS [SEED]\n       arbitrary FILE...\n", stderr);
        return 2;
    }
    seed = argc == 3 ? strtoull(argv[2], NULL, 10) : 1;
    end = time(NULL) + (time_t)seconds;
    signal(SIGABRT, say_seed_at);
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(say_seed);
    }
    do {
        play_seed();
        sequences++;
        seed++;
    } while (time(NULL) < end);
    printf("%lu sequences, %lu calls, %lu decisions, %lu of them accept\n", sequences, calls, decisions, acceptances);
    /* Otherwise it shows nothing. */
    return seconds > 0 && acceptances * 100 <= decisions;
}

#endif
