/*
 * Carries out step after step through a libgatepost.so, so that another program can compare what comes out
 * of the C interface with what it expects, byte for byte.
 *
 * usage: replay path/to/libgatepost.so < steps > answers
 *
 * Both streams are frames: a u32 length, then so many bytes. One frame in gives one frame out; the end of
 * the input ends the program. In a frame:
 *
 *     u8, u16, u32, u64    unsigned, little-endian, without padding
 *     text                 u32 length, then so many bytes
 *     option(X)            u8 0, or u8 1 and X
 *     list(X)              u32 count, then so many X
 *
 * A step is every fact there is, whether its operation looks at it or not:
 *
 *     text             settings, compiled anew whenever they differ from the last frame's
 *     option(u64)      now
 *     option(text)     entropy
 *     u32              credential, a gatepost_credential (as the bits of an int32_t)
 *     option(text)     account
 *     list(text)       permissions
 *     option(text)     address
 *     option(text)     terms
 *     option(text)     token
 *     option(text)     record
 *     option(u64)      each: account clients, address registrations, key registrations, anonymous clients,
 *                      total clients, authorised at, last used, refresh tokens
 *     u32              the request's endpoint, a gatepost_endpoint (as the bits of an int32_t)
 *     option(text)     its authorization
 *     option(text)     its parameters
 *     option(text)     its key set
 *     u32              operation, as `enum operation` numbers them
 *     option(text)     client id; or the address, the terms, the header, or the registered redirect URI
 *     option(text)     body, metadata, document or scope; or the requested redirect URI
 *
 * An answer begins with a u8. 1 is an error:
 *
 *     u32              a gatepost_status
 *     text             its message
 *     list(...)        findings: text path, text message, option(text) allowed, u32 line, u32 column,
 *                      u32 severity, a gatepost_severity
 *
 * 2 is option(text), 3 is u64, 4 is a list of findings as above, 5 is u32 credential and option(text) token, and
 * 0 is a decision:
 *
 *     u32              outcome, a gatepost_outcome
 *     u16              HTTP status
 *     list(text text)  header fields: name, value
 *     text             body
 *     u32              effect, a gatepost_effect
 *     option(text)     client id
 *     option(text)     record
 *     list(...)        diagnostics: text code, text pointer, text message, text reference,
 *                      u32 severity, a gatepost_severity
 *     list(...)        fetches: text uri, text pointer, u32 due, a gatepost_due, u32 max bytes, u32 timeout
 *     u32              standing, a gatepost_standing
 *     option(text)     redirect URI
 *     option(text)     scope
 *     option(text)     metadata
 *     option(text)     assertion id
 *     u64              assertion expiry
 *     option(text)     client secret
 *     option(text)     registration access token
 *
 * A frame that cannot be read, or memory that cannot be had, ends the program with status 2.
 */

#include <gatepost.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum operation {
    REGISTER,
    PROVISION,
    READ,
    UPDATE,
    ROTATE_SECRET,
    REMOVE,
    IDENTIFY,
    AUTHORIZE,
    AUTHENTICATE,
    REVIEW,
    REVIEW_DRAFT,
    LIFECYCLE,
    CLIENT_DOCUMENT,
    NETWORK,
    WINDOW,
    CHECK_TERMS,
    WARNINGS,
    SERVER_METADATA,
    REDIRECT_URI_MATCHES,
    DISABLE,
    ENABLE,
    WIDER_NETWORK,
    WIDER_WINDOW,
    USABLE,
    BEARER,
    WEB_ADMINISTRATION_WARNING,
    ROTATE_REGISTRATION_ACCESS_TOKEN,
    APPROVE,
    DENY
};

static const gatepost_plugin *plugin;

static void give_up(const char *why) {
    fprintf(stderr, "replay: %s\n", why);
    exit(2);
}

struct buffer {
    unsigned char *bytes;
    size_t len;
    size_t room;
};

static void reserve(struct buffer *buffer, size_t len) {
    if (buffer->len + len > buffer->room) {
        buffer->room = (buffer->len + len) * 2;
        buffer->bytes = realloc(buffer->bytes, buffer->room);
        if (buffer->bytes == NULL) {
            give_up("out of memory");
        }
    }
}

static void put(struct buffer *out, const void *bytes, size_t len) {
    if (len > 0) {
        reserve(out, len);
        memcpy(out->bytes + out->len, bytes, len);
        out->len += len;
    }
}

static void put_number(struct buffer *out, uint64_t number, int width) {
    for (int i = 0; i < width; i++) {
        unsigned char byte = (unsigned char)(number >> (8 * i));
        put(out, &byte, 1);
    }
}

static void put_text(struct buffer *out, gatepost_str text) {
    put_number(out, text.len, 4);
    put(out, text.ptr, text.len);
}

static void put_option(struct buffer *out, gatepost_str text) {
    put_number(out, text.ptr != NULL, 1);
    if (text.ptr != NULL) {
        put_text(out, text);
    }
}

struct input {
    const unsigned char *at;
    size_t left;
};

static const unsigned char *take(struct input *in, size_t len) {
    const unsigned char *taken = in->at;
    if (len > in->left) {
        give_up("a frame ends too early");
    }
    in->at += len;
    in->left -= len;
    return taken;
}

static uint64_t take_number(struct input *in, int width) {
    const unsigned char *bytes = take(in, (size_t)width);
    uint64_t number = 0;
    for (int i = 0; i < width; i++) {
        number |= (uint64_t)bytes[i] << (8 * i);
    }
    return number;
}

static gatepost_str take_text(struct input *in) {
    gatepost_str text;
    text.len = (size_t)take_number(in, 4);
    text.ptr = (const char *)take(in, text.len);
    return text;
}

static gatepost_str take_option(struct input *in) {
    const gatepost_str absent = {NULL, 0};
    return take_number(in, 1) ? take_text(in) : absent;
}

static int same(gatepost_str text, const struct buffer *kept) {
    return text.len == kept->len && (text.len == 0 || memcmp(text.ptr, kept->bytes, text.len) == 0);
}

/* The registrar for these settings, kept until others come; NULL with an error if they have mistakes. */
static const gatepost_registrar *compile(gatepost_str settings, gatepost_error **error) {
    static gatepost_registrar *registrar;
    static struct buffer compiled;

    if (registrar == NULL || !same(settings, &compiled)) {
        plugin->registrar_free(registrar);
        registrar = NULL;
        plugin->registrar_new(settings, &registrar, error);
        compiled.len = 0;
        put(&compiled, settings.ptr, settings.len);
    }
    return registrar;
}

/* Keeps the first status that is not OK. */
static void keep(gatepost_status *failed, gatepost_status status) {
    if (*failed == GATEPOST_STATUS_OK) {
        *failed = status;
    }
}

static gatepost_status take_context(struct input *in, gatepost_context *context) {
    gatepost_status (*const texts[])(gatepost_context *, gatepost_str) = {
        plugin->context_set_address,
        plugin->context_set_terms,
        plugin->context_set_token,
        plugin->context_set_record,
    };
    gatepost_status (*const numbers[])(gatepost_context *, uint64_t) = {
        plugin->context_set_account_clients,     plugin->context_set_address_registrations,
        plugin->context_set_wider_registrations, plugin->context_set_key_registrations,
        plugin->context_set_anonymous_clients,   plugin->context_set_total_clients,
        plugin->context_set_authorised_at,       plugin->context_set_last_used,
        plugin->context_set_refresh_tokens,
    };
    gatepost_status failed = plugin->context_reset(context);
    gatepost_str entropy;

    if (take_number(in, 1)) {
        keep(&failed, plugin->context_set_now(context, take_number(in, 8)));
    }
    entropy = take_option(in);
    keep(&failed, plugin->context_set_entropy(context, (const uint8_t *)entropy.ptr, entropy.len));
    keep(&failed, plugin->context_set_credential(context, (int32_t)take_number(in, 4)));
    keep(&failed, plugin->context_set_account(context, take_option(in)));
    for (uint64_t left = take_number(in, 4); left > 0; left--) {
        keep(&failed, plugin->context_add_permission(context, take_text(in)));
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        keep(&failed, texts[i](context, take_option(in)));
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (take_number(in, 1)) {
            keep(&failed, numbers[i](context, take_number(in, 8)));
        }
    }
    return failed;
}

static gatepost_status take_request(struct input *in, gatepost_request *request) {
    gatepost_status failed = plugin->request_reset(request, (int32_t)take_number(in, 4));
    keep(&failed, plugin->request_set_authorization(request, take_option(in)));
    keep(&failed, plugin->request_set_parameters(request, take_option(in)));
    keep(&failed, plugin->request_set_jwks(request, take_option(in)));
    return failed;
}

static void put_finding(struct buffer *out, const gatepost_finding *finding) {
    put_text(out, plugin->finding_path(finding));
    put_text(out, plugin->finding_message(finding));
    put_option(out, plugin->finding_allowed(finding));
    put_number(out, plugin->finding_line(finding), 4);
    put_number(out, plugin->finding_column(finding), 4);
    put_number(out, (uint32_t)plugin->finding_severity(finding), 4);
}

static void put_failure(struct buffer *out, gatepost_status status, const gatepost_error *error) {
    gatepost_str message = plugin->error_message(error);
    size_t findings = plugin->error_finding_count(error);

    put_number(out, 1, 1);
    put_number(out, (uint32_t)status, 4);
    put_text(out, message.ptr == NULL ? plugin->status_message(status) : message);
    put_number(out, findings, 4);
    for (size_t i = 0; i < findings; i++) {
        put_finding(out, plugin->error_finding(error, i));
    }
}

static void put_optional_text(struct buffer *out, gatepost_str text) {
    put_number(out, 2, 1);
    put_option(out, text);
}

static void put_u64(struct buffer *out, uint64_t number) {
    put_number(out, 3, 1);
    put_number(out, number, 8);
}

static void put_warnings(struct buffer *out, const gatepost_registrar *registrar) {
    size_t warnings = plugin->registrar_warning_count(registrar);

    put_number(out, 4, 1);
    put_number(out, warnings, 4);
    for (size_t i = 0; i < warnings; i++) {
        put_finding(out, plugin->registrar_warning(registrar, i));
    }
}

static void put_web_administration_warning(struct buffer *out,
                                           const gatepost_registrar *registrar) {
    const gatepost_finding *warning = plugin->registrar_web_administration_warning(registrar);

    put_number(out, warning != NULL, 4);
    if (warning != NULL) {
        put_finding(out, warning);
    }
}

static void put_decision(struct buffer *out, const gatepost_decision *decision) {
    size_t headers = plugin->decision_header_count(decision);
    size_t diagnostics = plugin->decision_diagnostic_count(decision);
    size_t fetches = plugin->decision_fetch_count(decision);

    put_number(out, 0, 1);
    put_number(out, (uint32_t)plugin->decision_outcome(decision), 4);
    put_number(out, plugin->decision_http_status(decision), 2);
    put_number(out, headers, 4);
    for (size_t i = 0; i < headers; i++) {
        put_text(out, plugin->decision_header_name(decision, i));
        put_text(out, plugin->decision_header_value(decision, i));
    }
    put_text(out, plugin->decision_body(decision));
    put_number(out, (uint32_t)plugin->decision_effect(decision), 4);
    put_option(out, plugin->decision_client_id(decision));
    put_option(out, plugin->decision_record(decision));
    put_number(out, diagnostics, 4);
    for (size_t i = 0; i < diagnostics; i++) {
        const gatepost_diagnostic *diagnostic = plugin->decision_diagnostic(decision, i);
        put_text(out, plugin->diagnostic_code(diagnostic));
        put_text(out, plugin->diagnostic_pointer(diagnostic));
        put_text(out, plugin->diagnostic_message(diagnostic));
        put_text(out, plugin->diagnostic_reference(diagnostic));
        put_number(out, (uint32_t)plugin->diagnostic_severity(diagnostic), 4);
    }
    put_number(out, fetches, 4);
    for (size_t i = 0; i < fetches; i++) {
        const gatepost_fetch *fetch = plugin->decision_fetch(decision, i);
        put_text(out, plugin->fetch_uri(fetch));
        put_text(out, plugin->fetch_pointer(fetch));
        put_number(out, (uint32_t)plugin->fetch_due(fetch), 4);
        put_number(out, plugin->fetch_max_bytes(fetch), 4);
        put_number(out, plugin->fetch_timeout(fetch), 4);
    }
    put_number(out, (uint32_t)plugin->decision_standing(decision), 4);
    put_option(out, plugin->decision_redirect_uri(decision));
    put_option(out, plugin->decision_scope(decision));
    put_option(out, plugin->decision_metadata(decision));
    put_option(out, plugin->decision_assertion_id(decision));
    put_number(out, plugin->decision_assertion_expires_at(decision), 8);
    put_option(out, plugin->decision_client_secret(decision));
    put_option(out, plugin->decision_registration_access_token(decision));
}

/* Carries out one operation. What it answers is in `out` if it is no decision and no failure. */
static gatepost_status perform(enum operation operation, const gatepost_registrar *registrar,
                               gatepost_context *context, const gatepost_request *request,
                               gatepost_str first, gatepost_str second, struct buffer *out,
                               gatepost_decision **decision, gatepost_error **error) {
    gatepost_status status = GATEPOST_STATUS_OK;
    gatepost_text *text = NULL;
    gatepost_str view = {NULL, 0};
    int32_t credential = -1;

    switch (operation) {
    case REGISTER:
        return plugin->register_(registrar, context, second, decision, error);
    case PROVISION:
        return plugin->provision(registrar, context, first, second, decision, error);
    case READ:
        return plugin->read(registrar, context, first, decision, error);
    case UPDATE:
        return plugin->update(registrar, context, first, second, decision, error);
    case ROTATE_SECRET:
        return plugin->rotate_secret(registrar, context, first, decision, error);
    case ROTATE_REGISTRATION_ACCESS_TOKEN:
        return plugin->rotate_registration_access_token(registrar, context, first, decision, error);
    case DISABLE:
        return plugin->disable(registrar, context, first, decision, error);
    case ENABLE:
        return plugin->enable(registrar, context, first, decision, error);
    case APPROVE:
        return plugin->approve(registrar, context, first, decision, error);
    case DENY:
        return plugin->deny(registrar, context, first, decision, error);
    case REMOVE:
        return plugin->remove(registrar, context, first, decision, error);
    case AUTHORIZE:
        return plugin->authorize(registrar, context, request, decision, error);
    case AUTHENTICATE:
        return plugin->authenticate(registrar, context, request, decision, error);
    case REVIEW:
        return plugin->review(registrar, context, first, decision, error);
    case REVIEW_DRAFT:
        return plugin->review_draft(registrar, context, second, decision, error);
    case USABLE:
        return plugin->usable(registrar, context, first, second, decision, error);
    case LIFECYCLE:
        return plugin->lifecycle(registrar, context, first, decision, error);
    case CLIENT_DOCUMENT:
        return plugin->client_document(registrar, context, first, second, decision, error);
    case CHECK_TERMS:
        status = plugin->check_terms(first, error);
        /* Right ones have no findings. */
        put_number(out, 4, 1);
        put_number(out, 0, 4);
        return status;
    case IDENTIFY:
        status = plugin->identify(registrar, request, &text, error);
        break;
    case NETWORK:
        status = plugin->network(registrar, first, &text, error);
        break;
    case WIDER_NETWORK:
        status = plugin->wider_network(registrar, first, &text, error);
        break;
    case SERVER_METADATA:
        status = plugin->server_metadata(registrar, &view, error);
        put_optional_text(out, view);
        return status;
    case WINDOW:
        put_u64(out, plugin->window(registrar));
        return status;
    case WIDER_WINDOW:
        put_u64(out, plugin->wider_window(registrar));
        return status;
    case REDIRECT_URI_MATCHES:
        put_u64(out, (uint64_t)plugin->redirect_uri_matches(first, second));
        return status;
    case WARNINGS:
        put_warnings(out, registrar);
        return status;
    case WEB_ADMINISTRATION_WARNING:
        put_number(out, 4, 1);
        put_web_administration_warning(out, registrar);
        return status;
    case BEARER:
        status = plugin->bearer(first, &credential, &view, error);
        put_number(out, 5, 1);
        put_number(out, (uint32_t)credential, 4);
        put_option(out, view);
        return status;
    default:
        give_up("no operation has this number");
    }
    put_optional_text(out, plugin->text_view(text));
    plugin->text_free(text);
    return status;
}

static void answer(struct input *in, gatepost_context *context, gatepost_request *request,
                   struct buffer *out) {
    gatepost_error *error = NULL;
    gatepost_decision *decision = NULL;
    gatepost_str settings = take_text(in);
    gatepost_status status = take_context(in, context);
    enum operation operation;
    gatepost_str first;
    gatepost_str second;

    keep(&status, take_request(in, request));
    operation = (enum operation)take_number(in, 4);
    first = take_option(in);
    second = take_option(in);
    if (in->left != 0) {
        give_up("a frame ends too late");
    }
    if (status == GATEPOST_STATUS_OK) {
        const gatepost_registrar *registrar = compile(settings, &error);
        status = registrar == NULL ? plugin->error_status(error)
                                   : perform(operation, registrar, context, request, first, second,
                                             out, &decision, &error);
    }
    if (status != GATEPOST_STATUS_OK) {
        out->len = 0;
        put_failure(out, status, error);
    } else if (decision != NULL) {
        put_decision(out, decision);
    }
    plugin->decision_free(decision);
    plugin->error_free(error);
}

/* Reads a frame, or returns 0 at the end of the input. */
static int read_frame(struct buffer *frame) {
    unsigned char length[4];
    struct input in = {length, sizeof length};
    size_t got = fread(length, 1, sizeof length, stdin);
    size_t len;

    if (got == 0) {
        return 0;
    }
    if (got != sizeof length) {
        give_up("the input ends within a frame");
    }
    len = (size_t)take_number(&in, 4);
    frame->len = 0;
    reserve(frame, len);
    frame->len = len;
    if (fread(frame->bytes, 1, len, stdin) != len) {
        give_up("the input ends within a frame");
    }
    return 1;
}

static void write_frame(const struct buffer *frame) {
    struct buffer length = {NULL, 0, 0};
    put_number(&length, frame->len, 4);
    if (fwrite(length.bytes, 1, length.len, stdout) != length.len ||
        fwrite(frame->bytes, 1, frame->len, stdout) != frame->len || fflush(stdout) != 0) {
        give_up("the output cannot be written");
    }
    free(length.bytes);
}

int main(int argc, char **argv) {
    struct buffer step = {NULL, 0, 0};
    struct buffer response = {NULL, 0, 0};
    const gatepost_plugin *(*entry)(void);
    gatepost_context *context;
    gatepost_request *request;
    void *library;

    if (argc != 2) {
        give_up("usage: replay path/to/libgatepost.so");
    }
    library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        give_up(dlerror());
    }
    /* ISO C has no cast from an object's pointer to a function's; POSIX asks for this. */
    *(void **)&entry = dlsym(library, "gatepost_plugin_v1");
    if (entry == NULL) {
        give_up("the library has no gatepost_plugin_v1");
    }
    plugin = entry();
    if (plugin->abi_version != GATEPOST_ABI_VERSION ||
        plugin->struct_size < sizeof(gatepost_plugin)) {
        give_up("the library has another ABI than the header");
    }
    if (plugin->context_new(&context, NULL) != GATEPOST_STATUS_OK ||
        plugin->request_new(GATEPOST_ENDPOINT_TOKEN, &request, NULL) != GATEPOST_STATUS_OK) {
        give_up("out of memory");
    }
    while (read_frame(&step)) {
        struct input in = {step.bytes, step.len};
        response.len = 0;
        answer(&in, context, request, &response);
        write_frame(&response);
    }
    plugin->request_free(request);
    plugin->context_free(context);
    free(step.bytes);
    free(response.bytes);
    return 0;
}
