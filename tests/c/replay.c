/*
 * Decides request after request through a libgatepost.so, so that another program can compare what comes
 * out of the C interface with what it expects, byte for byte.
 *
 * usage: replay path/to/libgatepost.so < requests > decisions
 *
 * Both streams are frames: a u32 length, then so many bytes. One frame in gives one frame out; the end of
 * the input ends the program. In a frame:
 *
 *     u8, u16, u32, u64    unsigned, little-endian, without padding
 *     text                 u32 length, then so many bytes
 *     option(X)            u8 0, or u8 1 and X
 *     list(X)              u32 count, then so many X
 *
 * A request:
 *
 *     text             settings, compiled anew whenever they differ from the last frame's
 *     option(u64)      now
 *     option(text)     entropy
 *     u32              credential, a gatepost_credential (as the bits of an int32_t)
 *     option(text)     account
 *     list(text)       permissions
 *     option(text)     address
 *     option(u64)      account clients
 *     option(u64)      address registrations
 *     option(u64)      total clients
 *     text             body
 *
 * An answer begins with a u8. 1 is an error:
 *
 *     u32              a gatepost_status
 *     text             its message, and for settings that do not compile each finding on a line of its
 *                      own behind it
 *
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
 *
 * A frame that cannot be read, or memory that cannot be had, ends the program with status 2.
 */

#include <gatepost.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Reads everything but the settings and the body. Returns the first status that is not OK. */
static gatepost_status take_context(struct input *in, gatepost_context *context) {
    gatepost_status (*const counters[])(gatepost_context *, uint64_t) = {
        plugin->context_set_account_clients,
        plugin->context_set_address_registrations,
        plugin->context_set_total_clients,
    };
    gatepost_status failed = plugin->context_reset(context);
    gatepost_status status;
    gatepost_str entropy;

#define TRY(call)                                                                                   \
    do {                                                                                            \
        status = (call);                                                                            \
        if (failed == GATEPOST_STATUS_OK) {                                                         \
            failed = status;                                                                        \
        }                                                                                           \
    } while (0)

    if (take_number(in, 1)) {
        TRY(plugin->context_set_now(context, take_number(in, 8)));
    }
    entropy = take_option(in);
    TRY(plugin->context_set_entropy(context, (const uint8_t *)entropy.ptr, entropy.len));
    TRY(plugin->context_set_credential(context, (int32_t)take_number(in, 4)));
    TRY(plugin->context_set_account(context, take_option(in)));
    for (uint64_t left = take_number(in, 4); left > 0; left--) {
        TRY(plugin->context_add_permission(context, take_text(in)));
    }
    TRY(plugin->context_set_address(context, take_option(in)));
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        if (take_number(in, 1)) {
            TRY(counters[i](context, take_number(in, 8)));
        }
    }
#undef TRY
    return failed;
}

static void put_failure(struct buffer *out, gatepost_status status, const gatepost_error *error) {
    const gatepost_str line = GATEPOST_STR("\n");
    const gatepost_str colon = GATEPOST_STR(": ");
    gatepost_str message = plugin->error_message(error);
    struct buffer text = {NULL, 0, 0};
    gatepost_str all;

    if (message.ptr == NULL) {
        message = plugin->status_message(status);
    }
    put(&text, message.ptr, message.len);
    for (size_t i = 0; i < plugin->error_finding_count(error); i++) {
        const gatepost_finding *finding = plugin->error_finding(error, i);
        const gatepost_str parts[] = {line, plugin->finding_path(finding), colon,
                                      plugin->finding_message(finding)};
        for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
            put(&text, parts[part].ptr, parts[part].len);
        }
    }
    all.ptr = (const char *)text.bytes;
    all.len = text.len;
    put_number(out, 1, 1);
    put_number(out, (uint32_t)status, 4);
    put_text(out, all);
    free(text.bytes);
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
}

static void answer(struct input *in, gatepost_context *context, struct buffer *out) {
    gatepost_error *error = NULL;
    gatepost_decision *decision = NULL;
    gatepost_str settings = take_text(in);
    gatepost_status status = take_context(in, context);
    gatepost_str body = take_text(in);

    if (in->left != 0) {
        give_up("a frame ends too late");
    }
    if (status == GATEPOST_STATUS_OK) {
        const gatepost_registrar *registrar = compile(settings, &error);
        status = registrar == NULL
                     ? plugin->error_status(error)
                     : plugin->register_(registrar, context, body, &decision, &error);
    }
    if (status == GATEPOST_STATUS_OK) {
        put_decision(out, decision);
    } else {
        put_failure(out, status, error);
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
    struct buffer request = {NULL, 0, 0};
    struct buffer response = {NULL, 0, 0};
    const gatepost_plugin *(*entry)(void);
    gatepost_context *context;
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
    if (plugin->context_new(&context, NULL) != GATEPOST_STATUS_OK) {
        give_up("out of memory");
    }
    while (read_frame(&request)) {
        struct input in = {request.bytes, request.len};
        response.len = 0;
        answer(&in, context, &response);
        write_frame(&response);
    }
    plugin->context_free(context);
    free(request.bytes);
    free(response.bytes);
    return 0;
}
