/*
 * Several threads share one registrar and one decision, each with a context and a request of its own, as the
 * header allows. Run it under helgrind, which sees what is shared without order.
 *
 * usage: threads
 */

#include <gatepost.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define ROUNDS 20

#define CHECK(condition)                                                                            \
    do {                                                                                            \
        if (!(condition)) {                                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                 \
            exit(1);                                                                                \
        }                                                                                           \
    } while (0)

static const char settings[] =
    "[oauth.client-registration]\n"
    "require = true\n"
    "registration-endpoint = 'https://mail.example.com/auth/register'\n";

static const char metadata[] = "{\"redirect_uris\":[\"https://webmail.example.com/cb\"]}";

static const uint8_t entropy[32] = {7};

static gatepost_registrar *registrar;
static gatepost_decision *shared;

static int same(gatepost_str left, gatepost_str right) {
    return left.len == right.len && memcmp(left.ptr, right.ptr, left.len) == 0;
}

static gatepost_decision *enroll(gatepost_context *context) {
    gatepost_decision *decision = NULL;

    gatepost_context_reset(context);
    gatepost_context_set_now(context, 1790000000);
    gatepost_context_set_entropy(context, entropy, sizeof entropy);
    gatepost_context_set_credential(context, GATEPOST_CREDENTIAL_ACCEPTED);
    gatepost_context_add_permission(context, GATEPOST_STR(GATEPOST_PERMISSION_AUTHENTICATE));
    gatepost_context_add_permission(context,
                                    GATEPOST_STR(GATEPOST_PERMISSION_OAUTH_CLIENT_REGISTRATION));
    CHECK(gatepost_register(registrar, context, gatepost_cstr(metadata), &decision, NULL) ==
          GATEPOST_STATUS_OK);
    CHECK(gatepost_decision_outcome(decision) == GATEPOST_OUTCOME_ACCEPT);
    return decision;
}

/* What reads a registrar in different ways. */
static void ask(gatepost_context *context, gatepost_request *request) {
    gatepost_str id = gatepost_decision_client_id(shared);
    gatepost_decision *decision = enroll(context);
    gatepost_text *text = NULL;
    gatepost_error *error = NULL;
    gatepost_registrar *other = NULL;
    gatepost_str string;
    char form[256];

    CHECK(same(gatepost_decision_body(decision), gatepost_decision_body(shared)));
    gatepost_decision_free(decision);
    gatepost_context_set_record(context, gatepost_decision_record(shared));
    CHECK(gatepost_usable(registrar, context, id, GATEPOST_STR("urn:ietf:params:oauth:scope:mail"), &decision, NULL) ==
          GATEPOST_STATUS_OK);
    CHECK(gatepost_decision_outcome(decision) == GATEPOST_OUTCOME_ACCEPT);
    gatepost_decision_free(decision);

    string = gatepost_decision_client_secret(shared);
    snprintf(form, sizeof form, "client_id=%.*s&client_secret=%.*s", (int)id.len,
             id.ptr, (int)string.len, string.ptr);
    gatepost_request_reset(request, GATEPOST_ENDPOINT_TOKEN);
    gatepost_request_set_parameters(request, gatepost_cstr(form));
    CHECK(gatepost_authenticate(registrar, context, request, &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(gatepost_decision_outcome(decision) == GATEPOST_OUTCOME_ACCEPT);
    gatepost_decision_free(decision);
    CHECK(gatepost_identify(registrar, request, &text, NULL) == GATEPOST_STATUS_OK);
    CHECK(same(gatepost_text_view(text), id));
    gatepost_text_free(text);

    /* With time and entropy from the operating system. */
    gatepost_context_reset(context);
    CHECK(gatepost_register(registrar, context, GATEPOST_STR("{}"), &decision, NULL) == GATEPOST_STATUS_OK);
    CHECK(gatepost_decision_http_status(decision) == 401);
    gatepost_decision_free(decision);

    CHECK(gatepost_network(registrar, GATEPOST_STR("192.0.2.7"), &text, NULL) == GATEPOST_STATUS_OK);
    gatepost_text_free(text);
    CHECK(gatepost_server_metadata(registrar, &string, NULL) == GATEPOST_STATUS_OK);
    CHECK(gatepost_registrar_new(GATEPOST_STR("[oauth.client-registration]\nrequired = 1\n"), &other, &error) ==
          GATEPOST_STATUS_INVALID_SETTINGS);
    CHECK(gatepost_error_finding_count(error) == 1);
    gatepost_error_free(error);
}

static void *work(void *unused) {
    gatepost_context *context = NULL;
    gatepost_request *request = NULL;

    CHECK(gatepost_context_new(&context, NULL) == GATEPOST_STATUS_OK);
    CHECK(gatepost_request_new(GATEPOST_ENDPOINT_TOKEN, &request, NULL) == GATEPOST_STATUS_OK);
    for (int round = 0; round < ROUNDS; round++) {
        ask(context, request);
    }
    gatepost_request_free(request);
    gatepost_context_free(context);
    return unused;
}

int main(void) {
    pthread_t threads[THREADS];
    gatepost_context *context = NULL;

    CHECK(gatepost_registrar_new(gatepost_cstr(settings), &registrar, NULL) == GATEPOST_STATUS_OK);
    CHECK(gatepost_context_new(&context, NULL) == GATEPOST_STATUS_OK);
    shared = enroll(context);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    gatepost_decision_free(shared);
    gatepost_context_free(context);
    gatepost_registrar_free(registrar);
    puts("shared");
    return 0;
}
