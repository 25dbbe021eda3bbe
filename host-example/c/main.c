/* A sample host for Gatepost. README.md beside it says what each file does. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

/* How much memory a connection may take beside its body, and how long a request's head may take to arrive. */
#define HEAD_LIMIT (32 << 10)
#define HEAD_MILLISECONDS 10000

/* How many connections there may be, and how long one may last. More of them wait. */
#define CONNECTIONS 512
#define CONNECTION_MILLISECONDS 60000

/* How long requests in flight have to finish when the program is told to stop. */
#define DRAIN_MILLISECONDS 10000

/* How often times are looked at. */
#define TICK_MILLISECONDS 200

/* What the first key may do: register, ask at /decide, and manage all clients. */
#define PERMISSIONS                                                                                                    \
    GATEPOST_PERMISSION_AUTHENTICATE " " GATEPOST_PERMISSION_OAUTH_CLIENT_REGISTRATION " oauth-client-decide "         \
    GATEPOST_PERMISSION_OAUTH_CLIENT_GET " " GATEPOST_PERMISSION_OAUTH_CLIENT_UPDATE " "                               \
    GATEPOST_PERMISSION_OAUTH_CLIENT_DELETE

/* A native mail client, as draft-ietf-mailmaint-oauth-public describes it. */
#define EXAMPLE                                                                                                        \
    "{\"client_name\":\"Example Mail\",\"redirect_uris\":[\"http://127.0.0.1/callback\"],"                             \
    "\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"authorization_code\",\"refresh_token\"]}"

void say(const char *format, ...) {
    va_list arguments;

    fputs("gatepost-host: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

int64_t milliseconds(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Listens on ADDRESS:PORT, and writes the URL. Returns the socket, or -1. */
static int listen_on(const char *where, char *url, size_t room) {
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    const char *colon = strrchr(where, ':');
    bool is_bracketed = *where == '[' && colon != NULL && colon[-1] == ']';
    char *address = colon == NULL ? NULL : strndup(where + is_bracketed, (size_t)(colon - where) - 2 * is_bracketed);
    struct addrinfo *found = NULL;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    const int yes = 1;
    int fd = -1;

    if (address == NULL || getaddrinfo(address, colon + 1, &hints, &found) != 0) {
        say("cannot listen on %s: this is not ADDRESS:PORT", where);
    } else if ((fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) < 0 ||
               setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
               bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0 ||
               getsockname(fd, (struct sockaddr *)&bound, &len) != 0 ||
               getnameinfo((struct sockaddr *)&bound, len, host, sizeof host, port, sizeof port,
                           NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        say("cannot listen on %s: %s", where, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        fd = -1;
    } else {
        snprintf(url, room, bound.ss_family == AF_INET6 ? "http://[%s]:%s" : "http://%s:%s", host, port);
    }
    if (found != NULL) {
        freeaddrinfo(found);
    }
    free(address);
    return fd;
}

static void report(const gatepost_finding *finding) {
    gatepost_str path = gatepost_finding_path(finding), message = gatepost_finding_message(finding);
    gatepost_str allowed = gatepost_finding_allowed(finding);

    say("%.*s: %.*s%s%.*s", (int)path.len, path.ptr, (int)message.len, message.ptr,
        allowed.ptr == NULL ? "" : " Allowed: ", (int)allowed.len, allowed.ptr == NULL ? "" : allowed.ptr);
}

/* Compiles the settings, and reports all that is wrong or unwise in them. */
static gatepost_registrar *compile(const struct settings *settings, const char *url) {
    char *text = settings_of_plugin(settings, url);
    gatepost_registrar *registrar = NULL;
    gatepost_error *error = NULL;

    if (text == NULL) {
        say("there is no memory");
    } else if (gatepost_registrar_new(gatepost_cstr(text), &registrar, &error) != GATEPOST_STATUS_OK) {
        gatepost_str message = gatepost_error_message(error);

        for (size_t i = 0; i < gatepost_error_finding_count(error); i++) {
            report(gatepost_error_finding(error, i));
        }
        say("%.*s", (int)message.len, message.ptr);
        gatepost_error_free(error);
    }
    for (size_t i = 0; i < gatepost_registrar_warning_count(registrar); i++) {
        report(gatepost_registrar_warning(registrar, i));
    }
    free(text);
    return registrar;
}

/* Draws a key. By its prefix, a scanner recognises one that was published by mistake. */
static bool draw_key(char key[static 49]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char bits[43];

    if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits) {
        say("the operating system gives no random bytes: %s", strerror(errno));
        return false;
    }
    strcpy(key, "gpak_");
    for (size_t i = 0; i < sizeof bits; i++) {
        key[5 + i] = digits[bits[i] % 64];
    }
    key[5 + sizeof bits] = '\0';
    return true;
}

/* Writes a new file that only its owner can read, and never where a link leads. */
static bool write_key(const char *path, const char *key) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    bool is_written = file != NULL && fprintf(file, "%s\n", key) > 0;

    if (file != NULL) {
        is_written = fclose(file) == 0 && is_written;
    } else if (fd >= 0) {
        close(fd);
    }
    if (!is_written) {
        say("cannot write %s: %s", path, strerror(errno));
    }
    return is_written;
}

/* Says what to do with the first key. */
static void greet(const char *path, const char *key, const char *url) {
    if (key != NULL) {
        printf("This is the first start: there is an API key now, not shown again: %s\n", key);
    } else {
        printf("This is the first start: there is an API key now, in the file %s\n", path);
    }
    printf("This registers an example mail client:\ncurl -i %s/auth/register -H \"Authorization: Bearer ", url);
    if (key != NULL) {
        fputs(key, stdout);
    } else {
        fputs("$(cat '", stdout);
        for (; *path != '\0'; path++) {
            if (*path == '\'') {
                fputs("'\\''", stdout);
            } else {
                putchar(*path);
            }
        }
        fputs("')", stdout);
    }
    fputs("\" -H 'Content-Type: application/json' -d '" EXAMPLE "'\n", stdout);
}

/* Makes an API key if there is none, and says what to do with it. On a terminal the key is shown.
 * Otherwise it is written to a file in the folder, because output often ends up in a log. */
static bool make_first_key(struct store *store, const char *folder, const char *url) {
    char key[49], whole[PATH_MAX], path[PATH_MAX + sizeof "/first-key"];
    bool is_shown = isatty(STDOUT_FILENO), is_first = false, is_made = false;

    if (realpath(folder, whole) == NULL) {
        say("cannot open %s: %s", folder, strerror(errno));
        return false;
    }
    snprintf(path, sizeof path, "%s/first-key", whole);
    if (draw_key(key) && store_begin(store)) {
        is_made = store_add_first_key(store, key, PERMISSIONS, &is_first) &&
                  (!is_first || is_shown || write_key(path, key)) && store_commit(store);
        store_rollback(store);
    }
    if (is_made && is_first) {
        greet(path, is_shown ? key : NULL, url);
    }
    explicit_bzero(key, sizeof key);
    return is_made;
}

static struct connection *connections;

/* libmicrohttpd calls it when a connection begins and when it ends. */
static void track(void *cls, struct MHD_Connection *http, void **context, enum MHD_ConnectionNotificationCode code) {
    struct connection *connection = *context;

    (void)cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        /* Without memory the context stays NULL, and endpoint_answer ends the connection. */
        connection = calloc(1, sizeof *connection);
        if (connection != NULL) {
            connection->fd = MHD_get_connection_info(http, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
            connection->deadline = milliseconds() + HEAD_MILLISECONDS;
            connection->last = connection->deadline - HEAD_MILLISECONDS + CONNECTION_MILLISECONDS;
            connection->next = connections;
            connection->link = &connections;
            if (connections != NULL) {
                connections->link = &connection->next;
            }
            connections = connection;
        }
        *context = connection;
    } else if (connection != NULL) {
        *connection->link = connection->next;
        if (connection->next != NULL) {
            connection->next->link = connection->link;
        }
        free(connection->body);
        free(connection);
        *context = NULL;
    }
}

/* Ends the connections whose time is over. libmicrohttpd finds out, and calls `track`. */
static void end_late_connections(int64_t now) {
    for (struct connection *connection = connections; connection != NULL; connection = connection->next) {
        if (now >= connection->deadline) {
            if (connection->late != NULL) {
                message_cut_off(connection->fd, connection->late);
            }
            shutdown(connection->fd, SHUT_RDWR);
            connection->deadline = INT64_MAX;
        }
    }
}

/* Whether a request has begun and is not answered, or its answer is not sent. */
static bool is_any_in_flight(void) {
    for (struct connection *connection = connections; connection != NULL; connection = connection->next) {
        if (connection->late != NULL || connection->is_answered) {
            return true;
        }
    }
    return false;
}

static volatile sig_atomic_t is_told_to_stop;

static void stop(int signal) {
    (void)signal;
    is_told_to_stop = 1;
}

/* A path is decoded in endpoint.c: here, one with %00 in it would end there. */
static size_t leave_encoded(void *cls, struct MHD_Connection *http, char *path) {
    (void)cls;
    (void)http;
    return strlen(path);
}

/* Takes connections, one for each request, until it is told to stop. Then the requests in flight finish.
 * There is one thread: libmicrohttpd does what can be done at once, and this waits. */
static bool serve(struct host *host, int socket, const char *url) {
    struct sigaction action = {.sa_handler = stop};
    struct MHD_Daemon *daemon;
    int64_t end = 0;

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, endpoint_answer, host,
                              MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
                              MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_LIMIT, MHD_OPTION_NOTIFY_CONNECTION,
                              track, NULL, MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL, MHD_OPTION_END);
    if (daemon == NULL) {
        say("cannot start the HTTP server");
        close(socket);
        return false;
    }
    /* Nobody has to read it: that standard output is closed is no reason not to serve. */
    printf("listening on %s\n", url);
    fflush(stdout);
    while (end == 0 || (is_any_in_flight() && milliseconds() < end)) {
        struct pollfd events = {MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, POLLIN, 0};
        MHD_UNSIGNED_LONG_LONG wait = TICK_MILLISECONDS;

        MHD_get_timeout(daemon, &wait);
        /* A signal ends the wait, or the next tick. It is never 0, as the library wants it for a chunk that it cannot read. */
        (void)poll(&events, 1, (int)(wait == 0 ? 1 : wait < TICK_MILLISECONDS ? wait : TICK_MILLISECONDS));
        MHD_run(daemon);
        end_late_connections(milliseconds());
        if (is_told_to_stop && end == 0) {
            end = milliseconds() + DRAIN_MILLISECONDS;
            close(MHD_quiesce_daemon(daemon));
        }
    }
    if (is_any_in_flight()) {
        say("some requests were not answered in time");
    }
    MHD_stop_daemon(daemon);
    return true;
}

/* Starts, and serves until it is told to stop. */
static bool run(const struct settings *settings, const char *listen, const char *data) {
    struct store store = {NULL};
    struct host host = {.store = &store};
    gatepost_registrar *registrar = NULL;
    char url[NI_MAXHOST + NI_MAXSERV + 16];
    gatepost_str members;
    char *metadata = NULL;
    bool is_well = false;
    int socket;

    listen = listen != NULL ? listen : settings->listen != NULL ? settings->listen : "127.0.0.1:8080";
    data = data != NULL ? data : settings->data != NULL ? settings->data : "gatepost-host-data";
    socket = listen_on(listen, url, sizeof url);
    if (socket < 0) {
        return false;
    }
    registrar = compile(settings, url);
    host.registrar = registrar;
    if (registrar == NULL) {
        /* It has been said why. */
    } else if (gatepost_context_new(&host.context, NULL) != GATEPOST_STATUS_OK ||
               gatepost_request_new(GATEPOST_ENDPOINT_AUTHORIZATION, &host.request, NULL) != GATEPOST_STATUS_OK ||
               gatepost_server_metadata(registrar, &members, NULL) != GATEPOST_STATUS_OK ||
               !settings_metadata(settings, members, &metadata)) {
        say("there is no memory");
    } else if (store_open(&store, data) && make_first_key(&store, data, url)) {
        host.metadata = metadata;
        is_well = serve(&host, socket, url);
        socket = -1;
    }
    if (socket >= 0) {
        close(socket);
    }
    store_close(&store);
    free(metadata);
    gatepost_request_free(host.request);
    gatepost_context_free(host.context);
    gatepost_registrar_free(registrar);
    return is_well;
}

static const char usage[] =
    "usage: gatepost-host [OPTIONS]\n"
    "Serves OAuth client registration (RFC 7591, RFC 7592) for a mail server, as Gatepost decides it.\n\n"
    "  --config FILE          settings, in TOML: [server] and [oauth.client-registration]\n"
    "  --data DIR             folder of the database, created if it is missing [default: gatepost-host-data]\n"
    "  --listen ADDRESS:PORT  where to listen [default: 127.0.0.1:8080]\n"
    "  --help, --version      print this, or the version of the library\n";

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"data", required_argument, NULL, 'd'},
        {"listen", required_argument, NULL, 'l'}, {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0},
    };
    const char *config = NULL, *data = NULL, *listen = NULL;
    gatepost_str version = gatepost_version();
    struct settings settings;
    bool is_well;
    int option;

    if (gatepost_abi_version() != GATEPOST_ABI_VERSION) {
        say("the library has another binary interface than this program was compiled for");
        return EXIT_FAILURE;
    }
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            config = optarg;
            break;
        case 'd':
            data = optarg;
            break;
        case 'l':
            listen = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        case 'v':
            printf("gatepost-host %.*s\n", (int)version.len, version.ptr);
            return EXIT_SUCCESS;
        default:
            fputs(usage, stderr);
            return 2;
        }
    }
    if (optind < argc) {
        fputs(usage, stderr);
        return 2;
    }
    if (!settings_load(&settings, config)) {
        return EXIT_FAILURE;
    }
    is_well = run(&settings, listen, data);
    settings_free(&settings);
    return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
