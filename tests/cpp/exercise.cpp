/* What a C++ program does with gatepost.hpp, right and wrong. */

#include <gatepost.hpp>
#include <gatepost.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                               \
            std::exit(1);                                                                                              \
        }                                                                                                              \
    } while (0)

namespace {

constexpr std::string_view example =
    R"({"client_name":"Example Mail","redirect_uris":["https://webmail.example.com/cb"],)"
    R"("jwks_uri":"https://webmail.example.com/keys","scope":"mail"})";
constexpr std::string_view not_utf8 = "\xc3\x28";

static_assert(std::is_nothrow_move_constructible_v<gatepost::registrar>);
static_assert(std::is_nothrow_move_assignable_v<gatepost::decision>);
static_assert(!std::is_copy_constructible_v<gatepost::context>);
static_assert(std::is_base_of_v<std::exception, gatepost::error>);

/* The status that a call throws; OK if it throws nothing. */
template <class Call> gatepost_status thrown(Call &&call) {
    try {
        call();
        return GATEPOST_STATUS_OK;
    } catch (const gatepost::error &failure) {
        CHECK(std::string_view(failure.what()).size() > 0);
        return failure.status();
    }
}

gatepost::context &present_key(gatepost::context &context) {
    static const std::array<std::uint8_t, 32> entropy = {7};
    return context.reset()
        .now(1790000000)
        .entropy(entropy.data(), entropy.size())
        .credential(GATEPOST_CREDENTIAL_ACCEPTED)
        .account("alice")
        .permission(GATEPOST_PERMISSION_AUTHENTICATE)
        .permission(GATEPOST_PERMISSION_OAUTH_CLIENT_REGISTRATION)
        .address("192.0.2.7")
        .total_clients(0);
}

void check_registration(const gatepost::registrar &registrar, gatepost::context &context) {
    gatepost::decision decision = registrar.register_client(present_key(context), example);
    CHECK(decision.accepts());
    CHECK(decision.http_status() == 201);
    CHECK(decision.effect() == GATEPOST_EFFECT_STORE);
    const auto headers = decision.headers();
    CHECK(std::any_of(headers.begin(), headers.end(), [](const gatepost::header &header) {
        return header.name == "Content-Type" && header.value == "application/json";
    }));
    CHECK(decision.body().find("Example Mail") != std::string_view::npos);
    CHECK(decision.client_secret() && decision.body().find(*decision.client_secret()) != std::string_view::npos);
    CHECK(decision.registration_access_token());
    const auto fetches = decision.fetches();
    CHECK(fetches.size() == 1 && fetches[0].uri == "https://webmail.example.com/keys");
    CHECK(fetches[0].pointer == "/jwks_uri" && fetches[0].due == GATEPOST_DUE_ON_USE);

    /* What was read from a decision stays valid when it is moved. */
    const std::string_view body = decision.body();
    gatepost::decision moved = std::move(decision);
    CHECK(body.data() == moved.body().data());

    const std::string id(moved.client_id().value());
    const std::string record(moved.record().value());
    present_key(context).record(record);
    CHECK(registrar.usable(context, id, "mail").accepts());
    CHECK(registrar.usable(context, id).accepts());
    CHECK(!registrar.usable(context, id, "files").accepts());
    CHECK(!registrar.read(context, id).accepts());
    context.reset().credential(GATEPOST_CREDENTIAL_REJECTED).record(record).token(moved.registration_access_token());
    CHECK(registrar.read(context, id).accepts());
    CHECK(registrar.remove(context, id).effect() == GATEPOST_EFFECT_REMOVE);

    gatepost::request request(GATEPOST_ENDPOINT_TOKEN);
    request.parameters("grant_type=client_credentials&client_id=" + id +
                       "&client_secret=" + std::string(moved.client_secret().value()));
    CHECK(registrar.identify(request) == id);
    CHECK(registrar.authenticate(context, request).accepts());
    CHECK(registrar.authenticate(context, request).standing() == GATEPOST_STANDING_REGISTERED);
    request.reset(GATEPOST_ENDPOINT_AUTHORIZATION).parameters(std::nullopt);
    CHECK(registrar.identify(request) == std::nullopt);
    CHECK(!registrar.authorize(context, request).accepts());
}

void check_refusal(const gatepost::registrar &registrar, gatepost::context &context) {
    const gatepost::decision decision = registrar.register_client(
        present_key(context), R"({"redirect_uris":["https://webmail.example.com/cb#part"]})");
    const auto diagnostics = decision.diagnostics();
    CHECK(!decision.accepts() && decision.http_status() == 400);
    CHECK(!decision.record() && !decision.client_secret() && !decision.client_id());
    CHECK(!diagnostics.empty() && diagnostics[0].code == "redirect-uri-fragment");
    CHECK(diagnostics[0].pointer == "/redirect_uris/0" && diagnostics[0].severity == GATEPOST_SEVERITY_ERROR);
}

void check_failures(const gatepost::registrar &registrar, gatepost::context &context) {
    try {
        gatepost::registrar mistaken("[oauth.client-registration]\nrequire = 1\n");
        CHECK(!"the settings have a mistake");
    } catch (const gatepost::error &failure) {
        CHECK(failure.status() == GATEPOST_STATUS_INVALID_SETTINGS);
        CHECK(failure.findings().size() == 1);
        CHECK(failure.findings()[0].path == "oauth.client-registration.require");
        CHECK(failure.findings()[0].line == 2 && failure.findings()[0].column > 0);
    }
    CHECK(thrown([] { gatepost::check_terms("{\"no-such-term\":1}"); }) == GATEPOST_STATUS_TERMS_INVALID);
    CHECK(thrown([] { gatepost::check_terms("{}"); }) == GATEPOST_STATUS_OK);
    CHECK(thrown([] { gatepost::request none(-1); }) == GATEPOST_STATUS_INVALID_VALUE);
    CHECK(thrown([&] { registrar.network(not_utf8); }) == GATEPOST_STATUS_INVALID_UTF8);

    /* A setter that failed spoils the context, also for those who caught what it threw. */
    present_key(context);
    CHECK(thrown([&] { context.terms(not_utf8); }) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(thrown([&] { (void)registrar.register_client(context, example); }) == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(registrar.register_client(present_key(context), example).accepts());

    /* What was moved from has nothing. */
    gatepost::context moved = std::move(context);
    CHECK(thrown([&] { context.reset(); }) == GATEPOST_STATUS_NULL_POINTER);
    context = std::move(moved);
    context.reset();
}

void check_helpers(const gatepost::registrar &registrar) {
    const gatepost::bearer_token found = gatepost::bearer("Bearer gpak_x");
    CHECK(found.credential == GATEPOST_CREDENTIAL_REJECTED && found.token == "gpak_x");
    CHECK(gatepost::bearer(std::nullopt).credential == GATEPOST_CREDENTIAL_MISSING);
    CHECK(gatepost::bearer("").credential == GATEPOST_CREDENTIAL_MALFORMED);
    CHECK(!gatepost::bearer("Basic eA==").token);
    CHECK(gatepost::redirect_uri_matches("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"));
    CHECK(!gatepost::redirect_uri_matches("https://a.example/", std::string_view()));
    CHECK(registrar.network("192.0.2.7") == "192.0.2.7/32");
    CHECK(registrar.network("nowhere") == std::nullopt);
    CHECK(registrar.wider_network("192.0.2.7") == "192.0.0.0/16");
    CHECK(registrar.window() > 0 && registrar.wider_window() > 0);
    CHECK(registrar.server_metadata().front() == '{');
    CHECK(!gatepost::version().empty());

    const gatepost::registrar strict("[oauth.client-registration]\nrequire = true\n");
    CHECK(strict.web_administration_warning() && !registrar.web_administration_warning());
    CHECK(!registrar.warnings().empty());
}

#ifdef __cpp_lib_expected
void check_expected(const gatepost::registrar &registrar, gatepost::context &context) {
    auto decision = gatepost::attempt([&] { return registrar.register_client(present_key(context), example); });
    CHECK(decision.has_value() && decision->accepts());
    auto failure = gatepost::attempt([&] { return registrar.read(context, not_utf8); });
    CHECK(!failure.has_value() && failure.error().status() == GATEPOST_STATUS_INVALID_UTF8);
    CHECK(gatepost::attempt([] { gatepost::check_terms("{}"); }).has_value());
}
#endif

} // namespace

int main() {
    const gatepost::registrar registrar("[oauth.client-registration]\nscopes = ['mail', 'files']\n"
                                        "registration-endpoint = 'https://mail.example.com/auth/register'\n");
    gatepost::context context;

    check_registration(registrar, context);
    check_refusal(registrar, context);
    check_failures(registrar, context);
    check_helpers(registrar);
#ifdef __cpp_lib_expected
    check_expected(registrar, context);
    std::puts("exercised, with expected");
#else
    std::puts("exercised");
#endif
    return 0;
}
