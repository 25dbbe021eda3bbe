/*
 * What a C program does with Gatepost, right and wrong.
 *
 * Built as it is, it calls the functions of the header, from the static or the shared library. Built with
 * -DTHROUGH_TABLE, it takes the path of a libgatepost.so, loads it, and calls the same functions through
 * the table of gatepost_plugin_v1().
 */

#include <gatepost.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                            \
    do {                                                                                            \
        if (!(condition)) {                                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                 \
            exit(1);                                                                                \
        }                                                                                           \
    } while (0)

#ifdef THROUGH_TABLE
#include <dlfcn.h>

static const gatepost_plugin *plugin;
#define CALL(function) (plugin->function)

static void load(int argc, char **argv) {
    void *library;
    const gatepost_plugin *(*entry)(void);

    CHECK(argc == 2);
    library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    /* ISO C has no cast from an object's pointer to a function's; POSIX asks for this. */
    *(void **)&entry = dlsym(library, "gatepost_plugin_v1");
    CHECK(entry != NULL);
    plugin = entry();
}
#else
#define CALL(function) gatepost_##function
#define gatepost_register_ gatepost_register

static void load(int argc, char **argv) {
    (void)argc;
    (void)argv;
}
#endif

static const gatepost_str absent = {NULL, 0};
static const uint8_t entropy[32] = {7};

static int equal(gatepost_str text, const char *expected) {
    return text.ptr != NULL && text.len == strlen(expected) &&
           memcmp(text.ptr, expected, text.len) == 0;
}

static int contains(gatepost_str text, const char *part) {
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= text.len; i++) {
        if (memcmp(text.ptr + i, part, length) == 0) {
            return 1;
        }
    }
    return 0;
}

static int same(gatepost_str left, gatepost_str right) {
    return left.len == right.len && memcmp(left.ptr, right.ptr, left.len) == 0;
}

/* A copy of its own on the heap, so that a memory checker sees one byte read too many. */
static gatepost_str heap_copy(const char *text) {
    size_t length = strlen(text);
    char *copy = malloc(length);
    gatepost_str view = {copy, length};
    CHECK(copy != NULL);
    memcpy(copy, text, length);
    return view;
}

static gatepost_registrar *compile(const char *settings) {
    gatepost_registrar *registrar = NULL;
    gatepost_str text = heap_copy(settings);
    CHECK(CALL(registrar_new)(text, &registrar, NULL) == GATEPOST_STATUS_OK);
    free((void *)text.ptr);
    CHECK(registrar != NULL);
    return registrar;
}

static void present_key(gatepost_context *context) {
    CHECK(CALL(context_reset)(context) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_credential)(context, GATEPOST_CREDENTIAL_ACCEPTED) ==
          GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_account)(context, GATEPOST_STR("alice")) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_add_permission)(context, GATEPOST_STR("authenticate")) ==
          GATEPOST_STATUS_OK);
    CHECK(CALL(context_add_permission)(context, GATEPOST_STR("oauth-client-registration")) ==
          GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_address)(context, GATEPOST_STR("192.0.2.7")) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_account_clients)(context, 0) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_address_registrations)(context, 0) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_wider_registrations)(context, 0) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_total_clients)(context, 0) == GATEPOST_STATUS_OK);
}

static void give_facts(gatepost_context *context) {
    CHECK(CALL(context_set_now)(context, 1790000000) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_entropy)(context, entropy, sizeof entropy) == GATEPOST_STATUS_OK);
}

static gatepost_context *new_context(void) {
    gatepost_context *context = NULL;
    CHECK(CALL(context_new)(&context, NULL) == GATEPOST_STATUS_OK);
    CHECK(context != NULL);
    return context;
}

static gatepost_decision *decide(const gatepost_registrar *registrar, gatepost_context *context,
                                 const char *body) {
    gatepost_decision *decision = NULL;
    gatepost_error *error = NULL;
    gatepost_str text = heap_copy(body);
    CHECK(CALL(register_)(registrar, context, text, &decision, &error) == GATEPOST_STATUS_OK);
    free((void *)text.ptr);
    CHECK(error == NULL);
    CHECK(decision != NULL);
    return decision;
}

static const char accepted_body[] =
    "{\"client_name\":\"Example Mail\",\"application_type\":\"web\","
    "\"redirect_uris\":[\"https://webmail.example.com/cb\"],"
    "\"token_endpoint_auth_method\":\"client_secret_basic\","
    "\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"]}";

static void check_versions(void) {
    char version[64];
    snprintf(version, sizeof version, "%d.%d.%d", GATEPOST_VERSION_MAJOR, GATEPOST_VERSION_MINOR,
             GATEPOST_VERSION_PATCH);
    CHECK(contains(CALL(version)(), version));
#ifdef THROUGH_TABLE
    CHECK(plugin->struct_size == sizeof(gatepost_plugin));
    CHECK(plugin->abi_version == GATEPOST_ABI_VERSION);
#else
    CHECK(gatepost_abi_version() == GATEPOST_ABI_VERSION);
    CHECK(gatepost_plugin_v1()->struct_size == sizeof(gatepost_plugin));
    CHECK(gatepost_plugin_v1()->version == gatepost_version);
#endif
    for (int32_t status = GATEPOST_STATUS_OK; status <= GATEPOST_STATUS_TERMS_INVALID; status++) {
        CHECK(CALL(status_message)(status).len > 0);
    }
    CHECK(CALL(status_message)(-1).ptr == NULL);
    CHECK(CALL(status_message)(GATEPOST_STATUS_TERMS_INVALID + 1).ptr == NULL);
}

static void check_acceptance(const gatepost_registrar *registrar, gatepost_context *context) {
    gatepost_decision *decision;
    gatepost_decision *replayed;
    gatepost_str client_id;
    size_t headers;

    present_key(context);
    give_facts(context);
    decision = decide(registrar, context, accepted_body);
    CHECK(CALL(decision_outcome)(decision) == GATEPOST_OUTCOME_ACCEPT);
    CHECK(CALL(decision_http_status)(decision) == 201);

    headers = CALL(decision_header_count)(decision);
    CHECK(headers > 0);
    for (size_t i = 0; i < headers; i++) {
        CHECK(CALL(decision_header_name)(decision, i).len > 0);
        CHECK(CALL(decision_header_value)(decision, i).len > 0);
    }
    CHECK(CALL(decision_header_name)(decision, headers).ptr == NULL);
    CHECK(CALL(decision_header_value)(decision, SIZE_MAX).ptr == NULL);

    client_id = CALL(decision_client_id)(decision);
    CHECK(CALL(decision_effect)(decision) == GATEPOST_EFFECT_STORE);
    CHECK(client_id.len > 0);
    CHECK(contains(CALL(decision_record)(decision), "Example Mail"));
    CHECK(contains(CALL(decision_body)(decision), "\"client_secret\""));

    for (size_t i = 0; i < CALL(decision_diagnostic_count)(decision); i++) {
        const gatepost_diagnostic *diagnostic = CALL(decision_diagnostic)(decision, i);
        CHECK(CALL(diagnostic_severity)(diagnostic) != GATEPOST_SEVERITY_ERROR);
    }

    /* The same facts give the same bytes. */
    give_facts(context);
    replayed = decide(registrar, context, accepted_body);
    CHECK(same(CALL(decision_body)(replayed), CALL(decision_body)(decision)));
    CHECK(same(CALL(decision_record)(replayed), CALL(decision_record)(decision)));
    CALL(decision_free)(replayed);

    /* The entropy is used up: left in, it would give this client the same secret. */
    replayed = decide(registrar, context, accepted_body);
    CHECK(!same(CALL(decision_client_id)(replayed), client_id));
    CALL(decision_free)(replayed);
    CALL(decision_free)(decision);

    /* Neither time nor entropy: both come from the operating system. */
    present_key(context);
    decision = decide(registrar, context, accepted_body);
    CHECK(CALL(decision_outcome)(decision) == GATEPOST_OUTCOME_ACCEPT);
    CALL(decision_free)(decision);
}

static void check_fetches(const gatepost_registrar *registrar, gatepost_context *context) {
    gatepost_decision *decision;
    const gatepost_fetch *fetch;

    present_key(context);
    decision = decide(registrar, context, accepted_body);
    CHECK(CALL(decision_fetch_count)(decision) == 0);
    CHECK(CALL(decision_fetch)(decision, 0) == NULL);
    CALL(decision_free)(decision);

    decision = decide(registrar, context,
                      "{\"redirect_uris\":[\"https://webmail.example.com/cb\"],"
                      "\"jwks_uri\":\"https://webmail.example.com/keys\"}");
    CHECK(CALL(decision_outcome)(decision) == GATEPOST_OUTCOME_ACCEPT);
    CHECK(CALL(decision_fetch_count)(decision) == 1);
    fetch = CALL(decision_fetch)(decision, 0);
    CHECK(equal(CALL(fetch_uri)(fetch), "https://webmail.example.com/keys"));
    CHECK(equal(CALL(fetch_pointer)(fetch), "/jwks_uri"));
    CHECK(CALL(fetch_due)(fetch) == GATEPOST_DUE_ON_USE);
    CHECK(CALL(fetch_max_bytes)(fetch) > 0);
    CHECK(CALL(fetch_timeout)(fetch) > 0);
    CHECK(CALL(decision_fetch)(decision, 1) == NULL);
    CALL(decision_free)(decision);
}

static void check_refusal(const gatepost_registrar *registrar, gatepost_context *context) {
    gatepost_decision *decision;
    size_t diagnostics;
    int found = 0;

    present_key(context);
    give_facts(context);
    decision = decide(registrar, context,
                      "{\"redirect_uris\":[\"https://webmail.example.com/cb\","
                      "\"https://webmail.example.com/cb#part\"]}");
    CHECK(CALL(decision_outcome)(decision) == GATEPOST_OUTCOME_REFUSE);
    CHECK(CALL(decision_http_status)(decision) == 400);
    CHECK(CALL(decision_effect)(decision) == GATEPOST_EFFECT_NONE);
    CHECK(CALL(decision_client_id)(decision).ptr == NULL);
    CHECK(CALL(decision_record)(decision).ptr == NULL);
    CHECK(CALL(decision_fetch_count)(decision) == 0);
    CHECK(contains(CALL(decision_body)(decision), "invalid_redirect_uri"));

    diagnostics = CALL(decision_diagnostic_count)(decision);
    for (size_t i = 0; i < diagnostics; i++) {
        const gatepost_diagnostic *diagnostic = CALL(decision_diagnostic)(decision, i);
        CHECK(CALL(diagnostic_code)(diagnostic).len > 0);
        CHECK(CALL(diagnostic_message)(diagnostic).len > 0);
        CHECK(CALL(diagnostic_reference)(diagnostic).len > 0);
        found |= equal(CALL(diagnostic_pointer)(diagnostic), "/redirect_uris/1") &&
                 CALL(diagnostic_severity)(diagnostic) == GATEPOST_SEVERITY_ERROR;
    }
    CHECK(found);
    CHECK(CALL(decision_diagnostic)(decision, diagnostics) == NULL);
    CALL(decision_free)(decision);

    /* A body that is no UTF-8, and one that is not there, are refused like any other. */
    decision = decide(registrar, context, "\xff\xfe");
    CHECK(CALL(decision_outcome)(decision) == GATEPOST_OUTCOME_REFUSE);
    CALL(decision_free)(decision);
    CHECK(CALL(register_)(registrar, context, absent, &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(decision_outcome)(decision) == GATEPOST_OUTCOME_REFUSE);
    CALL(decision_free)(decision);

    /* Without its permissions, the same key registers nothing. */
    CHECK(CALL(context_clear_permissions)(context) == GATEPOST_STATUS_OK);
    decision = decide(registrar, context, accepted_body);
    CHECK(CALL(decision_outcome)(decision) == GATEPOST_OUTCOME_REFUSE);
    CHECK(CALL(decision_http_status)(decision) == 403);
    CALL(decision_free)(decision);

    /* A context that was reset is an anonymous caller's. */
    CHECK(CALL(context_reset)(context) == GATEPOST_STATUS_OK);
    decision = decide(registrar, context, accepted_body);
    CHECK(CALL(decision_http_status)(decision) == 401);
    CALL(decision_free)(decision);
}

static gatepost_request *new_request(int32_t endpoint, gatepost_str parameters) {
    gatepost_request *request = NULL;
    CHECK(CALL(request_new)(endpoint, &request, NULL) == GATEPOST_STATUS_OK);
    CHECK(request != NULL);
    CHECK(CALL(request_set_parameters)(request, parameters) == GATEPOST_STATUS_OK);
    return request;
}

/* An administrator with every permission, and the record of the client that a decision is to be about. */
static void present_administrator(gatepost_context *context, gatepost_str record) {
    const gatepost_str permissions[] = {
        GATEPOST_STR("authenticate"),        GATEPOST_STR("oauth-client-get"),
        GATEPOST_STR("oauth-client-create"), GATEPOST_STR("oauth-client-update"),
        GATEPOST_STR("oauth-client-delete"),
    };
    CHECK(CALL(context_reset)(context) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_credential)(context, GATEPOST_CREDENTIAL_ACCEPTED) ==
          GATEPOST_STATUS_OK);
    for (size_t i = 0; i < sizeof permissions / sizeof *permissions; i++) {
        CHECK(CALL(context_add_permission)(context, permissions[i]) == GATEPOST_STATUS_OK);
    }
    CHECK(CALL(context_set_record)(context, record) == GATEPOST_STATUS_OK);
    give_facts(context);
}

/* Frees a decision that the last call made, and says whether it accepts. */
static int accepted(gatepost_status status, gatepost_decision **decision) {
    int accepts;
    CHECK(status == GATEPOST_STATUS_OK);
    accepts = CALL(decision_outcome)(*decision) == GATEPOST_OUTCOME_ACCEPT;
    CALL(decision_free)(*decision);
    *decision = NULL;
    return accepts;
}

/* A client's life, from registration to removal. */
static void check_management(const gatepost_registrar *registrar, gatepost_context *context) {
    const gatepost_str by_hand =
        GATEPOST_STR("{\"redirect_uris\":[\"stalwart://auth\"],"
                     "\"token_endpoint_auth_method\":\"none\"}");
    gatepost_decision *client;
    gatepost_decision *decision = NULL;
    gatepost_str id;
    gatepost_str record;

    present_key(context);
    give_facts(context);
    client = decide(registrar, context, accepted_body);
    id = CALL(decision_client_id)(client);
    record = CALL(decision_record)(client);

    present_administrator(context, record);
    CHECK(CALL(read)(registrar, context, id, &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(decision_http_status)(decision) == 200);
    CHECK(CALL(decision_effect)(decision) == GATEPOST_EFFECT_NONE);
    CALL(decision_free)(decision);

    /* A change has to name the client, and to be whole (RFC 7592 §2.2). */
    CHECK(!accepted(CALL(update)(registrar, context, id, GATEPOST_STR("{}"), &decision, NULL),
                    &decision));

    give_facts(context);
    CHECK(CALL(rotate_secret)(registrar, context, id, &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(decision_effect)(decision) == GATEPOST_EFFECT_REPLACE);
    CHECK(same(CALL(decision_client_id)(decision), id));
    CHECK(!same(CALL(decision_record)(decision), record));
    CALL(decision_free)(decision);

    /* It waits for nobody. Whether it manages itself depends on the settings. */
    CHECK(CALL(approve)(registrar, context, id, &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(decision_http_status)(decision) == 204);
    CHECK(CALL(decision_effect)(decision) == GATEPOST_EFFECT_NONE);
    CALL(decision_free)(decision);
    CHECK(CALL(deny)(registrar, context, id, &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(decision_http_status)(decision) == 409);
    CALL(decision_free)(decision);
    give_facts(context);
    CHECK(CALL(rotate_registration_access_token)(registrar, context, id, &decision, NULL) ==
          GATEPOST_STATUS_OK);
    CHECK((CALL(decision_registration_access_token)(decision).ptr != NULL) ==
          (CALL(decision_http_status)(decision) == 200));
    CHECK((CALL(decision_effect)(decision) == GATEPOST_EFFECT_REPLACE) ==
          (CALL(decision_http_status)(decision) == 200));
    CALL(decision_free)(decision);

    CHECK(accepted(CALL(review)(registrar, context, id, &decision, NULL), &decision));
    CHECK(!accepted(CALL(review_draft)(registrar, context, GATEPOST_STR("{"), &decision, NULL),
                    &decision));

    CHECK(CALL(context_set_authorised_at)(context, 1790000000) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_last_used)(context, 1790000000) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_refresh_tokens)(context, 1) == GATEPOST_STATUS_OK);
    CHECK(CALL(lifecycle)(registrar, context, id, &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(decision_effect)(decision) == GATEPOST_EFFECT_NONE);
    CALL(decision_free)(decision);

    /* A record of another client, and one of nobody's. */
    CHECK(CALL(read)(registrar, context, GATEPOST_STR("another"), &decision, NULL) ==
          GATEPOST_STATUS_RECORD_MISMATCH);
    CHECK(CALL(context_set_record)(context, GATEPOST_STR("{}")) == GATEPOST_STATUS_OK);
    CHECK(CALL(read)(registrar, context, id, &decision, NULL) == GATEPOST_STATUS_RECORD_UNREADABLE);

    present_administrator(context, record);
    CHECK(CALL(remove)(registrar, context, id, &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(decision_effect)(decision) == GATEPOST_EFFECT_REMOVE);
    CHECK(same(CALL(decision_client_id)(decision), id));
    CHECK(CALL(decision_record)(decision).ptr == NULL);
    CALL(decision_free)(decision);
    CALL(decision_free)(client);

    /* By hand, with an id and without. */
    present_administrator(context, absent);
    CHECK(CALL(provision)(registrar, context, GATEPOST_STR("webadmin"), by_hand, &decision, NULL) ==
          GATEPOST_STATUS_OK);
    CHECK(equal(CALL(decision_client_id)(decision), "webadmin"));
    CALL(decision_free)(decision);
    give_facts(context);
    CHECK(accepted(CALL(provision)(registrar, context, absent, by_hand, &decision, NULL), &decision));
}

/* What a client that is registered may do, and one that is not. */
static void check_use(const gatepost_registrar *registrar, gatepost_context *context) {
    gatepost_decision *client;
    gatepost_decision *decision = NULL;
    gatepost_request *request;
    gatepost_text *text = NULL;
    gatepost_str parameters = heap_copy(
        "response_type=code&client_id=webadmin&state=s"
        "&redirect_uri=stalwart%3A%2F%2Fauth&code_challenge_method=S256"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");

    request = new_request(GATEPOST_ENDPOINT_AUTHORIZATION, parameters);
    free((void *)parameters.ptr);
    CHECK(CALL(identify)(registrar, request, &text, NULL) == GATEPOST_STATUS_OK);
    CHECK(equal(CALL(text_view)(text), "webadmin"));
    present_administrator(context, absent);
    CHECK(CALL(provision)(registrar, context, CALL(text_view)(text),
                          GATEPOST_STR("{\"redirect_uris\":[\"stalwart://auth\"],"
                                       "\"token_endpoint_auth_method\":\"none\"}"),
                          &client, NULL) == GATEPOST_STATUS_OK);
    CALL(text_free)(text);

    CHECK(CALL(context_reset)(context) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_record)(context, CALL(decision_record)(client)) == GATEPOST_STATUS_OK);
    CHECK(CALL(authorize)(registrar, context, request, &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(decision_outcome)(decision) == GATEPOST_OUTCOME_ACCEPT);
    CHECK(CALL(decision_standing)(decision) == GATEPOST_STANDING_PROVISIONED);
    CHECK(equal(CALL(decision_client_id)(decision), "webadmin"));
    CHECK(equal(CALL(decision_redirect_uri)(decision), "stalwart://auth"));
    CHECK(CALL(decision_scope)(decision).ptr != NULL);
    CHECK(contains(CALL(decision_metadata)(decision), "stalwart://auth"));
    CHECK(CALL(decision_assertion_id)(decision).ptr == NULL);
    CHECK(CALL(decision_assertion_expires_at)(decision) == 0);
    CALL(decision_free)(decision);

    /* The same request object at the token endpoint. */
    CHECK(CALL(request_reset)(request, GATEPOST_ENDPOINT_TOKEN) == GATEPOST_STATUS_OK);
    CHECK(CALL(identify)(registrar, request, &text, NULL) == GATEPOST_STATUS_OK);
    CHECK(text == NULL);
    CHECK(CALL(request_set_parameters)(request, GATEPOST_STR("client_id=webadmin")) ==
          GATEPOST_STATUS_OK);
    CHECK(CALL(request_set_jwks)(request, absent) == GATEPOST_STATUS_OK);
    CHECK(accepted(CALL(authenticate)(registrar, context, request, &decision, NULL), &decision));
    CHECK(CALL(request_set_authorization)(request, GATEPOST_STR("Basic YTpi")) ==
          GATEPOST_STATUS_OK);
    CHECK(!accepted(CALL(authenticate)(registrar, context, request, &decision, NULL), &decision));

    CHECK(CALL(context_reset)(context) == GATEPOST_STATUS_OK);
    CHECK(!accepted(CALL(client_document)(registrar, context,
                                          GATEPOST_STR("https://client.example.com/oauth.json"), absent,
                                          &decision, NULL),
                    &decision));
    CHECK(!accepted(CALL(client_document)(registrar, context,
                                          GATEPOST_STR("https://client.example.com/oauth.json"),
                                          GATEPOST_STR("\xff"), &decision, NULL),
                    &decision));
    CALL(request_free)(request);
    CALL(decision_free)(client);
}

/* What is asked of a registrar without a client. */
static void check_questions(const gatepost_registrar *registrar, gatepost_context *context) {
    gatepost_text *text = NULL;
    gatepost_error *error = NULL;
    gatepost_decision *decision = NULL;

    CHECK(CALL(network)(registrar, GATEPOST_STR("192.0.2.7"), &text, NULL) == GATEPOST_STATUS_OK);
    CHECK(contains(CALL(text_view)(text), "192.0.2."));
    CALL(text_free)(text);
    CHECK(CALL(network)(registrar, GATEPOST_STR("no address"), &text, NULL) == GATEPOST_STATUS_OK);
    CHECK(text == NULL);
    CHECK(CALL(window)(registrar) > 1);
    CHECK(CALL(wider_network)(registrar, GATEPOST_STR("192.0.2.7"), &text, NULL) ==
          GATEPOST_STATUS_OK);
    CHECK(contains(CALL(text_view)(text), "192.0.0.0/16"));
    CALL(text_free)(text);
    CHECK(CALL(wider_network)(registrar, GATEPOST_STR("no address"), &text, NULL) ==
          GATEPOST_STATUS_OK);
    CHECK(text == NULL);
    CHECK(CALL(wider_window)(registrar) > 1);

    CHECK(CALL(check_terms)(GATEPOST_STR("{}"), NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(check_terms)(GATEPOST_STR("{\"nonsense\":1}"), &error) ==
          GATEPOST_STATUS_TERMS_INVALID);
    CHECK(CALL(error_status)(error) == GATEPOST_STATUS_TERMS_INVALID);
    CHECK(CALL(error_finding_count)(error) == 1);
    CHECK(contains(CALL(finding_path)(CALL(error_finding)(error, 0)), "nonsense"));
    CALL(error_free)(error);
    present_key(context);
    CHECK(CALL(context_set_terms)(context, GATEPOST_STR("{\"nonsense\":1}")) == GATEPOST_STATUS_OK);
    CHECK(CALL(register_)(registrar, context, GATEPOST_STR("{}"), &decision, NULL) ==
          GATEPOST_STATUS_TERMS_INVALID);
}

/* What a mail server asks at a sign-in. */
static void check_sign_ins(gatepost_context *context) {
    static const char id[] = "example-mail";
    gatepost_registrar *registrar = compile("[oauth.client-registration]\nrequire = true\n");
    const gatepost_finding *warning =
        CALL(registrar_web_administration_warning)(registrar);
    gatepost_decision *decision = NULL;
    gatepost_decision *provisioned = NULL;
    gatepost_str token = GATEPOST_STR("unchanged");
    int32_t credential = -1;

    CHECK(equal(CALL(finding_path)(warning), "oauth.client-registration.require"));
    CHECK(CALL(finding_line)(warning) == 2 && CALL(finding_column)(warning) == 1);
    CHECK(CALL(registrar_web_administration_warning)(NULL) == NULL);

    CHECK(CALL(bearer)(CALL(cstr)("Bearer abc"), &credential, &token, NULL) == GATEPOST_STATUS_OK);
    CHECK(credential == GATEPOST_CREDENTIAL_REJECTED && equal(token, "abc"));
    CHECK(CALL(bearer)(GATEPOST_STR("\xff"), &credential, &token, NULL) == GATEPOST_STATUS_OK);
    CHECK(credential == GATEPOST_CREDENTIAL_MALFORMED && token.ptr == NULL);
    CHECK(CALL(bearer)(CALL(cstr)(NULL), &credential, &token, NULL) == GATEPOST_STATUS_OK);
    CHECK(credential == GATEPOST_CREDENTIAL_MISSING && token.ptr == NULL);
    CHECK(CALL(bearer)(absent, NULL, &token, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(bearer)(absent, &credential, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);

    present_key(context);
    CHECK(CALL(context_add_permission)(
              context, GATEPOST_STR(GATEPOST_PERMISSION_OAUTH_CLIENT_CREATE)) == GATEPOST_STATUS_OK);
    give_facts(context);
    CHECK(CALL(usable)(registrar, context, CALL(cstr)(id), absent, &decision, NULL) ==
          GATEPOST_STATUS_OK);
    CHECK(CALL(decision_outcome)(decision) == GATEPOST_OUTCOME_REFUSE);
    CHECK(equal(CALL(decision_client_id)(decision), id));
    CHECK(equal(CALL(diagnostic_code)(CALL(decision_diagnostic)(decision, 0)), "client-unknown"));
    CALL(decision_free)(decision);
    decision = NULL;

    give_facts(context);
    CHECK(CALL(provision)(registrar, context, CALL(cstr)(id), CALL(cstr)(accepted_body),
                          &provisioned, NULL) == GATEPOST_STATUS_OK);
    CHECK(contains(CALL(decision_body)(provisioned), "\"client_secret\""));
    CHECK(CALL(decision_client_secret)(provisioned).len >= 32);
    CHECK(CALL(decision_registration_access_token)(provisioned).ptr == NULL);
    CHECK(CALL(context_set_record)(context, CALL(decision_record)(provisioned)) ==
          GATEPOST_STATUS_OK);
    CALL(decision_free)(provisioned);
    for (int i = 0; i < 2; i++) {
        const gatepost_str scope =
            i == 0 ? GATEPOST_STR("urn:ietf:params:oauth:scope:mail") : GATEPOST_STR("admin");
        CHECK(CALL(usable)(registrar, context, CALL(cstr)(id), scope, &decision, NULL) ==
              GATEPOST_STATUS_OK);
        CHECK(CALL(decision_outcome)(decision) ==
              (i == 0 ? GATEPOST_OUTCOME_ACCEPT : GATEPOST_OUTCOME_REFUSE));
        CALL(decision_free)(decision);
        decision = NULL;
    }
    CHECK(CALL(usable)(NULL, context, absent, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(usable)(registrar, NULL, absent, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(usable)(registrar, context, absent, absent, NULL, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(usable)(registrar, context, GATEPOST_STR("\xff"), absent, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(usable)(registrar, context, absent, GATEPOST_STR("\xff"), &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(decision == NULL);
#ifdef THROUGH_TABLE
    CHECK(GATEPOST_PLUGIN_HAS(plugin, fetch_timeout));
#endif
    CALL(set_panic_log)(NULL, NULL);
    CALL(registrar_free)(registrar);
}

static void check_matching(void) {
    const gatepost_str registered = GATEPOST_STR("http://127.0.0.1/cb");
    const gatepost_str broken = GATEPOST_STR("\xff");
    CHECK(CALL(redirect_uri_matches)(registered, GATEPOST_STR("http://127.0.0.1:8080/cb")) == 1);
    CHECK(CALL(redirect_uri_matches)(registered, GATEPOST_STR("http://127.0.0.1/other")) == 0);
    CHECK(CALL(redirect_uri_matches)(registered, absent) == 0);
    CHECK(CALL(redirect_uri_matches)(absent, absent) == 0);
    CHECK(CALL(redirect_uri_matches)(broken, broken) == 0);
}

static void check_settings(void) {
    gatepost_registrar *registrar = NULL;
    gatepost_error *error = NULL;
    const gatepost_finding *finding;
    gatepost_str metadata = {NULL, 0};
    size_t count;

    CHECK(CALL(registrar_new)(
              GATEPOST_STR("[oauth.client-registration]\nrequire = \"maybe\"\nnonsense = 1\n"),
              &registrar, &error) == GATEPOST_STATUS_INVALID_SETTINGS);
    CHECK(registrar == NULL);
    CHECK(CALL(error_status)(error) == GATEPOST_STATUS_INVALID_SETTINGS);
    CHECK(CALL(error_message)(error).len > 0);
    count = CALL(error_finding_count)(error);
    CHECK(count == 2);
    for (size_t i = 0; i < count; i++) {
        finding = CALL(error_finding)(error, i);
        CHECK(contains(CALL(finding_path)(finding), "oauth.client-registration."));
        CHECK(CALL(finding_message)(finding).len > 0);
        CHECK(CALL(finding_severity)(finding) == GATEPOST_SEVERITY_ERROR);
        (void)CALL(finding_allowed)(finding);
    }
    CHECK(CALL(error_finding)(error, count) == NULL);
    CALL(error_free)(error);

    registrar = compile("[oauth.client-registration]\nrequire = false\n");
    count = CALL(registrar_warning_count)(registrar);
    CHECK(count > 0);
    for (size_t i = 0; i < count; i++) {
        finding = CALL(registrar_warning)(registrar, i);
        CHECK(CALL(finding_message)(finding).len > 0);
        CHECK(CALL(finding_severity)(finding) == GATEPOST_SEVERITY_WARNING);
    }
    CHECK(CALL(registrar_warning)(registrar, count) == NULL);
    CHECK(CALL(server_metadata)(registrar, &metadata, NULL) == GATEPOST_STATUS_OK);
    CHECK(metadata.len >= 2 && metadata.ptr[0] == '{');
    CALL(registrar_free)(registrar);

    /* JSON, and no settings at all. */
    CALL(registrar_free)(compile("{\"oauth\":{\"client-registration\":{\"require\":true}}}"));
    CHECK(CALL(registrar_new)(absent, &registrar, NULL) == GATEPOST_STATUS_OK);
    CALL(registrar_free)(registrar);
}

static void check_misuse(const gatepost_registrar *registrar, gatepost_context *context) {
    static const char not_utf8[] = "\xc3\x28";
    const gatepost_str broken = {not_utf8, 2};
    const gatepost_str dangling = {NULL, 3};
    const gatepost_str negative = {not_utf8, (size_t)-1};
    gatepost_registrar *new_registrar = NULL;
    gatepost_decision *decision = NULL;
    gatepost_error *error = NULL;
    gatepost_str metadata = {NULL, 0};

    CHECK(CALL(registrar_new)(broken, &new_registrar, &error) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(error_status)(error) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(contains(CALL(error_message)(error), "settings"));
    CHECK(CALL(error_finding_count)(error) == 0);
    CHECK(CALL(error_finding)(error, 0) == NULL);
    CALL(error_free)(error);
    error = NULL;
    CHECK(CALL(registrar_new)(dangling, &new_registrar, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(registrar_new)(negative, &new_registrar, NULL) == GATEPOST_STATUS_INVALID_VALUE);
    CHECK(CALL(registrar_new)(absent, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(new_registrar == NULL);
    CHECK(CALL(context_new)(NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(server_metadata)(NULL, &metadata, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(server_metadata)(registrar, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(metadata.ptr == NULL);

    present_key(context);
    CHECK(CALL(context_set_credential)(context, GATEPOST_CREDENTIAL_OTHER_SCHEME) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_credential)(context, 5) == GATEPOST_STATUS_INVALID_VALUE);
    CHECK(CALL(context_set_credential)(context, -1) == GATEPOST_STATUS_INVALID_VALUE);
    CHECK(CALL(context_set_account)(context, broken) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(context_set_account)(context, dangling) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_address)(context, broken) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(context_add_permission)(context, broken) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(context_add_permission)(context, negative) == GATEPOST_STATUS_INVALID_VALUE);
    CHECK(CALL(context_set_entropy)(context, NULL, 32) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_terms)(context, broken) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(context_set_token)(context, broken) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(context_set_record)(context, dangling) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_account)(context, absent) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_address)(context, absent) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_terms)(context, absent) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_token)(context, GATEPOST_STR("secret")) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_token)(context, absent) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_record)(context, absent) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_key_registrations)(context, 0) == GATEPOST_STATUS_OK);
    CHECK(CALL(context_set_anonymous_clients)(context, 0) == GATEPOST_STATUS_OK);

    CHECK(CALL(context_reset)(NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_now)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_entropy)(NULL, entropy, 32) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_credential)(NULL, 0) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_account)(NULL, absent) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_add_permission)(NULL, absent) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_clear_permissions)(NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_address)(NULL, absent) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_account_clients)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_address_registrations)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_wider_registrations)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_total_clients)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_terms)(NULL, absent) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_token)(NULL, absent) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_record)(NULL, absent) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_key_registrations)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_anonymous_clients)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_authorised_at)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_last_used)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(context_set_refresh_tokens)(NULL, 1) == GATEPOST_STATUS_NULL_POINTER);

    /* A setter that failed spoiled the context: the first one is named, whatever was set since. */
    give_facts(context);
    CHECK(CALL(register_)(registrar, context, GATEPOST_STR("{}"), &decision, &error) ==
          GATEPOST_STATUS_INVALID_VALUE);
    CHECK(contains(CALL(error_message)(error), "a setter failed"));
    CHECK(contains(CALL(error_message)(error), "credential"));
    CALL(error_free)(error);
    error = NULL;
    CHECK(decision == NULL);
    present_key(context);

    CHECK(CALL(register_)(NULL, context, absent, &decision, &error) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(contains(CALL(error_message)(error), "registrar"));
    CALL(error_free)(error);
    error = NULL;
    CHECK(CALL(register_)(registrar, NULL, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(register_)(registrar, context, absent, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(register_)(registrar, context, dangling, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);

    /* Entropy that is too short stays until something better is set: nothing was decided with it. */
    for (int attempt = 0; attempt < 2; attempt++) {
        if (attempt == 0) {
            CHECK(CALL(context_set_entropy)(context, entropy, 31) == GATEPOST_STATUS_OK);
        }
        CHECK(CALL(register_)(registrar, context, GATEPOST_STR("{}"), &decision, &error) ==
              GATEPOST_STATUS_ENTROPY_TOO_SHORT);
        CHECK(CALL(error_status)(error) == GATEPOST_STATUS_ENTROPY_TOO_SHORT);
        CALL(error_free)(error);
        error = NULL;
    }
    CHECK(decision == NULL);
    CHECK(CALL(context_set_entropy)(context, NULL, 0) == GATEPOST_STATUS_OK);
    CALL(decision_free)(decide(registrar, context, accepted_body));
}

/* Every operation names what it lacks, and leaves its outputs alone. */
static void check_misused_operations(const gatepost_registrar *registrar, gatepost_context *context) {
    static const char not_utf8[] = "\xc3\x28";
    const gatepost_str broken = {not_utf8, 2};
    const gatepost_str dangling = {NULL, 3};
    const gatepost_str id = GATEPOST_STR("webadmin");
    gatepost_request *request = NULL;
    gatepost_decision *decision = NULL;
    gatepost_text *text = NULL;
    gatepost_error *error = NULL;

    CHECK(CALL(request_new)(GATEPOST_ENDPOINT_REVOCATION + 1, &request, &error) ==
          GATEPOST_STATUS_INVALID_VALUE);
    CHECK(contains(CALL(error_message)(error), "endpoint"));
    CALL(error_free)(error);
    CHECK(request == NULL);
    CHECK(CALL(request_new)(-1, &request, NULL) == GATEPOST_STATUS_INVALID_VALUE);
    CHECK(CALL(request_new)(GATEPOST_ENDPOINT_TOKEN, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    request = new_request(GATEPOST_ENDPOINT_TOKEN, broken);
    CHECK(CALL(request_reset)(request, GATEPOST_ENDPOINT_REVOCATION + 1) ==
          GATEPOST_STATUS_INVALID_VALUE);
    CHECK(CALL(request_set_authorization)(request, broken) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(request_set_parameters)(request, dangling) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(request_set_jwks)(request, broken) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(request_set_jwks)(request, GATEPOST_STR("{\"keys\":[]}")) == GATEPOST_STATUS_OK);
    CHECK(CALL(identify)(registrar, request, &text, NULL) == GATEPOST_STATUS_INVALID_VALUE);
    CHECK(text == NULL);
    CHECK(CALL(request_reset)(request, GATEPOST_ENDPOINT_TOKEN) == GATEPOST_STATUS_OK);
    CHECK(CALL(request_reset)(NULL, 0) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(request_set_authorization)(NULL, absent) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(request_set_parameters)(NULL, absent) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(request_set_jwks)(NULL, absent) == GATEPOST_STATUS_NULL_POINTER);

    present_key(context);
    give_facts(context);
    CHECK(CALL(provision)(NULL, context, id, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(provision)(registrar, NULL, id, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(provision)(registrar, context, id, absent, NULL, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(provision)(registrar, context, broken, absent, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(read)(NULL, context, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(read)(registrar, NULL, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(read)(registrar, context, id, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(read)(registrar, context, broken, &decision, NULL) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(update)(NULL, context, id, absent, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(update)(registrar, NULL, id, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(update)(registrar, context, id, absent, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(update)(registrar, context, broken, absent, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(rotate_secret)(NULL, context, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(rotate_secret)(registrar, NULL, id, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(rotate_secret)(registrar, context, id, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(rotate_secret)(registrar, context, broken, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(disable)(NULL, context, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(disable)(registrar, NULL, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(disable)(registrar, context, id, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(disable)(registrar, context, broken, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(enable)(NULL, context, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(enable)(registrar, NULL, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(enable)(registrar, context, id, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(enable)(registrar, context, broken, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(rotate_registration_access_token)(NULL, context, id, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(rotate_registration_access_token)(registrar, NULL, id, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(rotate_registration_access_token)(registrar, context, id, NULL, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(rotate_registration_access_token)(registrar, context, broken, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(approve)(NULL, context, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(approve)(registrar, NULL, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(approve)(registrar, context, id, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(approve)(registrar, context, broken, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(deny)(NULL, context, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(deny)(registrar, NULL, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(deny)(registrar, context, id, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(deny)(registrar, context, broken, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(remove)(NULL, context, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(remove)(registrar, NULL, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(remove)(registrar, context, id, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(remove)(registrar, context, broken, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(review)(NULL, context, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(review)(registrar, NULL, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(review)(registrar, context, id, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(review)(registrar, context, broken, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(review_draft)(NULL, context, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(review_draft)(registrar, NULL, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(review_draft)(registrar, context, absent, NULL, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(lifecycle)(NULL, context, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(lifecycle)(registrar, NULL, id, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(lifecycle)(registrar, context, id, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(lifecycle)(registrar, context, broken, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(client_document)(NULL, context, id, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(client_document)(registrar, NULL, id, absent, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(client_document)(registrar, context, id, absent, NULL, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(client_document)(registrar, context, broken, absent, &decision, NULL) ==
          GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(authorize)(NULL, context, request, &decision, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(authorize)(registrar, NULL, request, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(authorize)(registrar, context, request, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(authenticate)(NULL, context, request, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(authenticate)(registrar, NULL, request, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(authenticate)(registrar, context, request, NULL, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(provision)(registrar, context, id, dangling, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(update)(registrar, context, id, dangling, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(client_document)(registrar, context, id, dangling, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(review_draft)(registrar, context, dangling, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(authorize)(registrar, context, NULL, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(authenticate)(registrar, context, NULL, &decision, NULL) ==
          GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(identify)(NULL, request, &text, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(identify)(registrar, NULL, &text, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(identify)(registrar, request, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(network)(NULL, absent, &text, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(network)(registrar, absent, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(network)(registrar, broken, &text, NULL) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(wider_network)(NULL, absent, &text, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(wider_network)(registrar, absent, NULL, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(CALL(wider_network)(registrar, broken, &text, NULL) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(check_terms)(broken, NULL) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(CALL(check_terms)(dangling, NULL) == GATEPOST_STATUS_NULL_POINTER);
    CHECK(decision == NULL);
    CHECK(text == NULL);
    CALL(request_free)(request);
}

/* Every accessor answers for NULL, and every _free takes it. */
static void check_null(void) {
    CALL(registrar_free)(NULL);
    CALL(context_free)(NULL);
    CALL(decision_free)(NULL);
    CALL(error_free)(NULL);
    CALL(request_free)(NULL);
    CALL(text_free)(NULL);
    CHECK(CALL(text_view)(NULL).ptr == NULL);
    CHECK(CALL(window)(NULL) == 1);
    CHECK(CALL(wider_window)(NULL) == 1);
    CHECK(CALL(error_status)(NULL) == GATEPOST_STATUS_OK);
    CHECK(CALL(error_message)(NULL).ptr == NULL);
    CHECK(CALL(error_finding_count)(NULL) == 0);
    CHECK(CALL(error_finding)(NULL, 0) == NULL);
    CHECK(CALL(finding_path)(NULL).ptr == NULL);
    CHECK(CALL(finding_message)(NULL).ptr == NULL);
    CHECK(CALL(finding_allowed)(NULL).ptr == NULL);
    CHECK(CALL(finding_severity)(NULL) == GATEPOST_SEVERITY_ERROR);
    CHECK(CALL(registrar_warning_count)(NULL) == 0);
    CHECK(CALL(registrar_warning)(NULL, 0) == NULL);
    CHECK(CALL(decision_outcome)(NULL) == GATEPOST_OUTCOME_REFUSE);
    CHECK(CALL(decision_http_status)(NULL) == 500);
    CHECK(CALL(decision_header_count)(NULL) == 0);
    CHECK(CALL(decision_header_name)(NULL, 0).ptr == NULL);
    CHECK(CALL(decision_header_value)(NULL, 0).ptr == NULL);
    CHECK(CALL(decision_body)(NULL).ptr == NULL);
    CHECK(CALL(decision_effect)(NULL) == GATEPOST_EFFECT_NONE);
    CHECK(CALL(decision_client_id)(NULL).ptr == NULL);
    CHECK(CALL(decision_record)(NULL).ptr == NULL);
    CHECK(CALL(decision_standing)(NULL) == GATEPOST_STANDING_NONE);
    CHECK(CALL(decision_redirect_uri)(NULL).ptr == NULL);
    CHECK(CALL(decision_scope)(NULL).ptr == NULL);
    CHECK(CALL(decision_metadata)(NULL).ptr == NULL);
    CHECK(CALL(decision_assertion_id)(NULL).ptr == NULL);
    CHECK(CALL(decision_assertion_expires_at)(NULL) == 0);
    CHECK(CALL(decision_diagnostic_count)(NULL) == 0);
    CHECK(CALL(decision_diagnostic)(NULL, 0) == NULL);
    CHECK(CALL(diagnostic_code)(NULL).ptr == NULL);
    CHECK(CALL(diagnostic_pointer)(NULL).ptr == NULL);
    CHECK(CALL(diagnostic_message)(NULL).ptr == NULL);
    CHECK(CALL(diagnostic_reference)(NULL).ptr == NULL);
    CHECK(CALL(diagnostic_severity)(NULL) == GATEPOST_SEVERITY_ERROR);
    CHECK(CALL(decision_fetch_count)(NULL) == 0);
    CHECK(CALL(decision_fetch)(NULL, 0) == NULL);
    CHECK(CALL(fetch_uri)(NULL).ptr == NULL);
    CHECK(CALL(fetch_pointer)(NULL).ptr == NULL);
    CHECK(CALL(fetch_due)(NULL) == GATEPOST_DUE_BEFORE_EFFECT);
    CHECK(CALL(fetch_max_bytes)(NULL) == 0);
    CHECK(CALL(fetch_timeout)(NULL) == 0);
}

int main(int argc, char **argv) {
    gatepost_registrar *registrar;
    gatepost_context *context;
    gatepost_decision *decision;

    load(argc, argv);
    check_versions();
    check_settings();

    registrar = compile("");
    context = new_context();
    check_acceptance(registrar, context);
    check_fetches(registrar, context);
    check_refusal(registrar, context);
    check_misuse(registrar, context);
    check_misused_operations(registrar, context);
    check_null();
    check_matching();
    check_questions(registrar, context);
    check_management(registrar, context);
    check_use(registrar, context);
    check_sign_ins(context);

    /* A decision outlives what it was made with. */
    present_key(context);
    decision = decide(registrar, context, accepted_body);
    CALL(registrar_free)(registrar);
    CALL(context_free)(context);
    CHECK(contains(CALL(decision_body)(decision), "\"client_id\""));
    CALL(decision_free)(decision);

    puts("exercised");
    return 0;
}
