/*
 * Carries out step after step through gatepost.hpp. The frames are those of tests/c/replay.c, which documents
 * them.
 *
 * usage: replay < steps > answers
 */

#include <gatepost.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

enum operation : std::uint32_t {
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

[[noreturn]] void give_up(const char *why) {
    std::fprintf(stderr, "replay: %s\n", why);
    std::exit(2);
}

class output {
  public:
    output &number(std::uint64_t number, int width) {
        for (int i = 0; i < width; i++) {
            bytes += static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
        }
        return *this;
    }
    output &text(std::string_view text) {
        number(text.size(), 4);
        bytes += text;
        return *this;
    }
    output &option(gatepost::text text) {
        number(text.has_value(), 1);
        return text ? this->text(*text) : *this;
    }
    output &finding(const gatepost::finding &found) {
        return text(found.path)
            .text(found.message)
            .option(found.allowed)
            .number(found.line, 4)
            .number(found.column, 4)
            .number(static_cast<std::uint32_t>(found.severity), 4);
    }
    output &findings(const std::vector<gatepost::finding> &findings) {
        number(findings.size(), 4);
        for (const gatepost::finding &found : findings) {
            finding(found);
        }
        return *this;
    }
    output &decision(const gatepost::decision &decision) {
        const auto headers = decision.headers();
        const auto diagnostics = decision.diagnostics();
        const auto fetches = decision.fetches();

        number(0, 1);
        number(static_cast<std::uint32_t>(decision.outcome()), 4).number(decision.http_status(), 2);
        number(headers.size(), 4);
        for (const gatepost::header &header : headers) {
            text(header.name).text(header.value);
        }
        text(decision.body()).number(static_cast<std::uint32_t>(decision.effect()), 4);
        option(decision.client_id()).option(decision.record());
        number(diagnostics.size(), 4);
        for (const gatepost::diagnostic &found : diagnostics) {
            text(found.code).text(found.pointer).text(found.message).text(found.reference);
            number(static_cast<std::uint32_t>(found.severity), 4);
        }
        number(fetches.size(), 4);
        for (const gatepost::fetch &fetch : fetches) {
            text(fetch.uri).text(fetch.pointer).number(static_cast<std::uint32_t>(fetch.due), 4);
            number(fetch.max_bytes, 4).number(fetch.timeout, 4);
        }
        number(static_cast<std::uint32_t>(decision.standing()), 4);
        option(decision.redirect_uri()).option(decision.scope()).option(decision.metadata());
        option(decision.assertion_id()).number(decision.assertion_expires_at(), 8);
        return option(decision.client_secret()).option(decision.registration_access_token());
    }

    std::string bytes;
};

class input {
  public:
    explicit input(std::string_view bytes) : rest(bytes) {}

    std::uint64_t number(int width) {
        std::string_view bytes = take(static_cast<std::size_t>(width));
        std::uint64_t number = 0;
        for (int i = 0; i < width; i++) {
            number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]))
                      << (8 * i);
        }
        return number;
    }
    std::string_view text() { return take(static_cast<std::size_t>(number(4))); }
    gatepost::text option() { return number(1) != 0 ? gatepost::text(text()) : std::nullopt; }
    bool is_at_end() const { return rest.empty(); }

  private:
    std::string_view take(std::size_t len) {
        if (len > rest.size()) {
            give_up("a frame ends too early");
        }
        std::string_view taken = rest.substr(0, len);
        rest.remove_prefix(len);
        return taken;
    }

    std::string_view rest;
};

void take_context(input &in, gatepost::context &context) {
    using setter = gatepost::context &(gatepost::context::*)(std::uint64_t);
    constexpr setter numbers[] = {
        &gatepost::context::account_clients,     &gatepost::context::address_registrations,
        &gatepost::context::wider_registrations, &gatepost::context::key_registrations,
        &gatepost::context::anonymous_clients,   &gatepost::context::total_clients,
        &gatepost::context::authorised_at,       &gatepost::context::last_used,
        &gatepost::context::refresh_tokens,
    };

    context.reset();
    if (in.number(1) != 0) {
        context.now(in.number(8));
    }
    if (gatepost::text entropy = in.option()) {
        context.entropy(reinterpret_cast<const std::uint8_t *>(entropy->data()), entropy->size());
    }
    context.credential(static_cast<std::int32_t>(in.number(4))).account(in.option());
    for (std::uint64_t left = in.number(4); left > 0; left--) {
        context.permission(in.text());
    }
    context.address(in.option());
    context.terms(in.option());
    context.token(in.option());
    context.record(in.option());
    for (setter set : numbers) {
        if (in.number(1) != 0) {
            (context.*set)(in.number(8));
        }
    }
}

void take_request(input &in, gatepost::request &request) {
    request.reset(static_cast<std::int32_t>(in.number(4)));
    request.authorization(in.option());
    request.parameters(in.option());
    request.jwks(in.option());
}

/* Parameters that an operation requires are empty where the step leaves them out. */
std::string_view required(gatepost::text text) { return text.value_or(std::string_view()); }

void perform(input &in, const gatepost::registrar &registrar, gatepost::context &context,
             const gatepost::request &request, output &out) {
    const auto operation = static_cast<enum operation>(in.number(4));
    const gatepost::text first = in.option();
    const gatepost::text second = in.option();
    const std::string_view id = required(first);
    const std::string_view body = required(second);

    if (!in.is_at_end()) {
        give_up("a frame ends too late");
    }
    switch (operation) {
    case REGISTER:
        out.decision(registrar.register_client(context, body));
        return;
    case PROVISION:
        out.decision(registrar.provision(context, first, body));
        return;
    case READ:
        out.decision(registrar.read(context, id));
        return;
    case UPDATE:
        out.decision(registrar.update(context, id, body));
        return;
    case ROTATE_SECRET:
        out.decision(registrar.rotate_secret(context, id));
        return;
    case ROTATE_REGISTRATION_ACCESS_TOKEN:
        out.decision(registrar.rotate_registration_access_token(context, id));
        return;
    case DISABLE:
        out.decision(registrar.disable(context, id));
        return;
    case ENABLE:
        out.decision(registrar.enable(context, id));
        return;
    case APPROVE:
        out.decision(registrar.approve(context, id));
        return;
    case DENY:
        out.decision(registrar.deny(context, id));
        return;
    case REMOVE:
        out.decision(registrar.remove(context, id));
        return;
    case AUTHORIZE:
        out.decision(registrar.authorize(context, request));
        return;
    case AUTHENTICATE:
        out.decision(registrar.authenticate(context, request));
        return;
    case REVIEW:
        out.decision(registrar.review(context, id));
        return;
    case REVIEW_DRAFT:
        out.decision(registrar.review_draft(context, body));
        return;
    case USABLE:
        out.decision(registrar.usable(context, id, second));
        return;
    case LIFECYCLE:
        out.decision(registrar.lifecycle(context, id));
        return;
    case CLIENT_DOCUMENT:
        out.decision(registrar.client_document(context, id, second));
        return;
    case CHECK_TERMS:
        gatepost::check_terms(id);
        out.number(4, 1).findings({});
        return;
    case IDENTIFY:
        out.number(2, 1).option(registrar.identify(request));
        return;
    case NETWORK:
        out.number(2, 1).option(registrar.network(id));
        return;
    case WIDER_NETWORK:
        out.number(2, 1).option(registrar.wider_network(id));
        return;
    case SERVER_METADATA:
        out.number(2, 1).option(registrar.server_metadata());
        return;
    case WINDOW:
        out.number(3, 1).number(registrar.window(), 8);
        return;
    case WIDER_WINDOW:
        out.number(3, 1).number(registrar.wider_window(), 8);
        return;
    case REDIRECT_URI_MATCHES:
        out.number(3, 1).number(gatepost::redirect_uri_matches(id, body), 8);
        return;
    case WARNINGS:
        out.number(4, 1).findings(registrar.warnings());
        return;
    case WEB_ADMINISTRATION_WARNING: {
        std::vector<gatepost::finding> findings;
        if (auto warning = registrar.web_administration_warning()) {
            findings.push_back(*std::move(warning));
        }
        out.number(4, 1).findings(findings);
        return;
    }
    case BEARER: {
        const gatepost::bearer_token found = gatepost::bearer(first);
        out.number(5, 1).number(static_cast<std::uint32_t>(found.credential), 4).option(found.token);
        return;
    }
    }
    give_up("no operation has this number");
}

/* The registrar for these settings, kept until others come. */
const gatepost::registrar &compile(std::string_view settings) {
    static std::optional<gatepost::registrar> registrar;
    static std::string compiled;

    if (!registrar || settings != compiled) {
        registrar.reset();
        registrar.emplace(settings);
        compiled = settings;
    }
    return *registrar;
}

std::string answer(std::string_view frame, gatepost::context &context, gatepost::request &request) {
    input in(frame);
    output out;

    try {
        const std::string_view settings = in.text();
        take_context(in, context);
        take_request(in, request);
        perform(in, compile(settings), context, request, out);
    } catch (const gatepost::error &failure) {
        out.bytes.clear();
        out.number(1, 1).number(static_cast<std::uint32_t>(failure.status()), 4);
        out.text(failure.what()).findings(failure.findings());
    }
    return out.bytes;
}

std::optional<std::string> read_frame() {
    char length[4];
    const std::size_t got = std::fread(length, 1, sizeof length, stdin);

    if (got == 0) {
        return std::nullopt;
    }
    if (got != sizeof length) {
        give_up("the input ends within a frame");
    }
    std::string frame(static_cast<std::size_t>(input({length, sizeof length}).number(4)), '\0');
    if (std::fread(frame.data(), 1, frame.size(), stdin) != frame.size()) {
        give_up("the input ends within a frame");
    }
    return frame;
}

} // namespace

int main() {
    gatepost::context context;
    gatepost::request request(GATEPOST_ENDPOINT_TOKEN);

    while (std::optional<std::string> frame = read_frame()) {
        const std::string written = output().text(answer(*frame, context, request)).bytes;
        if (std::fwrite(written.data(), 1, written.size(), stdout) != written.size() || std::fflush(stdout) != 0) {
            give_up("the output cannot be written");
        }
    }
    return 0;
}
