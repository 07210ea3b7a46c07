/* probe: a scripted bad child, for tests of whoever supervises processes.
 *
 *   probe exit N               ends with code N
 *   probe signal N             ends by signal N
 *   probe lines COUNT [RATE] [CODE]
 *                              COUNT lines "NAME 0000001", RATE a second (0 = as fast as it goes), then ends with CODE;
 *                              NAME is $PROBE_NAME or "probe"; with $PROBE_BOTH the even ones go to stderr
 *   probe flood BYTES          BYTES bytes in lines of 100 bytes to stdout, then sleeps
 *   probe sleep [SIGNAL CODE]  sleeps for ever; ends with CODE when SIGNAL comes
 *   probe deaf                 ignores SIGTERM and sleeps for ever; says "ready"
 *   probe stubborn             ignores SIGTERM, has a child, an orphan (double fork), an orphan in a session of its own
 *                              and a child of that; all sleep and ignore SIGTERM, stdout and stderr are closed after
 *                              the lines "pid N" (one for each) and "ready"
 *   probe escape               has a daemon that escapes: double fork, setsid, cleared environment; "pid N", "ready"
 *   probe orphan MS [own]      ends with 0 at once and leaves an orphan that sleeps MS milliseconds (in a session of
 *                              its own); "pid N"
 *   probe fork N               N children that sleep; "pid N" for each, "ready"
 *   probe thread               its main thread ends, another one sleeps for ever; "ready"
 *   probe facts                its descriptors, signal masks, ids, limits and directory, one a line, then ends with 0
 *   probe env | args | stdin   its environment, its arguments, the bytes that stdin has; then ends with 0
 *   probe engine SOCKET        an engine for tests of the keeper: connects to the SEQPACKET socket, sends {pid, number
 *                              of the start} with descriptor 3, then obeys: an int N received = exit with N; tells a
 *                              SIGTERM by sending the int 15
 *
 * Nothing is buffered: a line is one write, but for env and args. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void put(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0) _exit(74);
        bytes += written;
        length -= (size_t)written;
    }
}

__attribute__((format(printf, 2, 3))) static void say(int fd, const char *format, ...)
{
    char line[4352];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    put(fd, line, length < (int)sizeof line ? (size_t)length : sizeof line - 1);
}

static void put_line(const char *text)
{
    put(1, text, strlen(text));
    put(1, "\n", 1);
}

static _Noreturn void sleep_for_ever(void)
{
    for (;;) pause();
}

static void sleep_ms(long ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&time, &time) < 0 && errno == EINTR) {}
}

static pid_t fork_or_die(void)
{
    pid_t pid = fork();
    if (pid < 0) _exit(71);
    return pid;
}

static _Noreturn void end_by(int number)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(number, SIG_DFL);
    kill(getpid(), number);
    sleep_for_ever();
}

static _Noreturn void lines(long count, long rate, int code)
{
    const char *name = getenv("PROBE_NAME") ? getenv("PROBE_NAME") : "probe";
    int both = getenv("PROBE_BOTH") != NULL;
    for (long i = 1; i <= count; i++) {
        say(both && i % 2 == 0 ? 2 : 1, "%s %07ld\n", name, i);
        if (rate > 0) sleep_ms(1000 / rate);
    }
    _exit(code);
}

static _Noreturn void flood(long bytes)
{
    char line[100];
    memset(line, 'x', sizeof line);
    line[99] = '\n';
    for (; bytes > 0; bytes -= 100) put(1, line, bytes < 100 ? (size_t)bytes : 100);
    sleep_for_ever();
}

static volatile int wanted_code;

static void leave(int number)
{
    (void)number;
    _exit(wanted_code);
}

static void announce(void)
{
    say(1, "pid %d\n", getpid());
}

/* A child of whoever adopts orphans: its parent ends at once. */
static int fork_orphan(void)
{
    if (fork_or_die() == 0) {
        if (fork_or_die() == 0) return 1;
        _exit(0);
    }
    return 0;
}

static _Noreturn void close_and_sleep(void)
{
    close(1);
    close(2);
    sleep_for_ever();
}

static _Noreturn void stubborn(void)
{
    signal(SIGTERM, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    int done[2];
    if (pipe(done) < 0) _exit(71);
    if (fork_or_die() == 0) {
        announce();
        put(done[1], ".", 1);
        close_and_sleep();
    }
    if (fork_orphan()) {
        announce();
        put(done[1], ".", 1);
        close_and_sleep();
    }
    if (fork_orphan()) {
        setsid();
        announce();
        if (fork_or_die() == 0) announce();
        put(done[1], ".", 1);
        close_and_sleep();
    }
    announce();
    for (int i = 0; i < 4; i++) {
        char byte;
        if (read(done[0], &byte, 1) != 1) _exit(71);
    }
    say(1, "ready\n");
    close_and_sleep();
}

static _Noreturn void escape(char *self)
{
    /* Its end tells that the daemon has been executed. */
    int done[2];
    if (pipe2(done, O_CLOEXEC) < 0) _exit(71);
    if (fork_orphan()) {
        setsid();
        announce();
        char *none[] = {NULL}, *arguments[] = {self, "sleep", NULL};
        execve("/proc/self/exe", arguments, none);
        _exit(71);
    }
    close(done[1]);
    char byte;
    if (read(done[0], &byte, 1) < 0) _exit(71);
    say(1, "ready\n");
    sleep_for_ever();
}

static _Noreturn void orphan(long ms, int own_session)
{
    int done[2];
    if (pipe(done) < 0) _exit(71);
    if (fork_or_die() == 0) {
        if (own_session) setsid();
        announce();
        put(done[1], ".", 1);
        sleep_ms(ms);
        _exit(0);
    }
    char byte;
    if (read(done[0], &byte, 1) != 1) _exit(71);
    _exit(0);
}

static _Noreturn void fork_many(int count)
{
    for (int i = 0; i < count; i++) {
        pid_t pid = fork_or_die();
        if (pid == 0) sleep_for_ever();
        say(1, "pid %d\n", pid);
    }
    say(1, "ready\n");
    sleep_for_ever();
}

static void *sleep_in_thread(void *nothing)
{
    (void)nothing;
    say(1, "ready\n");
    sleep_for_ever();
}

static _Noreturn void end_main_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, sleep_in_thread, NULL) != 0) _exit(71);
    pthread_exit(NULL);
}

static void copy_lines(const char *path, const char *prefix)
{
    char line[256];
    FILE *file = fopen(path, "re");
    if (file == NULL) return;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, prefix, strlen(prefix)) == 0) say(1, "%s", line);
    fclose(file);
}

static _Noreturn void facts(void)
{
    DIR *directory = opendir("/proc/self/fd");
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char path[300], target[512];
        snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length < 0 || atoi(entry->d_name) == dirfd(directory)) continue;
        target[length] = 0;
        say(1, "fd %s %s\n", entry->d_name, target);
    }
    copy_lines("/proc/self/status", "Sig");
    copy_lines("/proc/self/status", "ShdPnd");
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    char path[4096];
    FILE *score = fopen("/proc/self/oom_score_adj", "re");
    int adjustment = -1;
    if (score == NULL || fscanf(score, "%d", &adjustment) != 1) _exit(71);
    say(1, "pid %d session %d group %d\nnofile %llu\noom %d\ncwd %s\n", getpid(), getsid(0), getpgrp(),
        (unsigned long long)files.rlim_cur, adjustment, getcwd(path, sizeof path) ? path : "?");
    _exit(0);
}

static _Noreturn void count_stdin(void)
{
    char bytes[4096];
    long total = 0;
    ssize_t length;
    while ((length = read(0, bytes, sizeof bytes)) > 0) total += length;
    say(1, "stdin %ld\n", total);
    _exit(0);
}

static void send_with_link(int test)
{
    const char *starts = getenv("OD_ENGINE_STARTS");
    int hello[2] = {getpid(), starts ? atoi(starts) : 0};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec part = {.iov_base = hello, .iov_len = sizeof hello};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    int link = 3;
    memcpy(CMSG_DATA(head), &link, sizeof link);
    if (sendmsg(test, &message, MSG_NOSIGNAL) < 0) _exit(71);
    close(link);
}

static _Noreturn void engine(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    sigset_t terminate;
    sigemptyset(&terminate);
    sigaddset(&terminate, SIGTERM);
    sigprocmask(SIG_BLOCK, &terminate, NULL);
    int test = socket(AF_UNIX, SOCK_SEQPACKET, 0), signals = signalfd(-1, &terminate, 0);
    if (connect(test, (struct sockaddr *)&address, sizeof address) < 0) _exit(69);
    send_with_link(test);
    struct pollfd ready[] = {{.fd = test, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        int word = SIGTERM;
        struct signalfd_siginfo info;
        if (poll(ready, 2, -1) < 0) continue;
        if (ready[0].revents != 0) _exit(read(test, &word, sizeof word) == sizeof word ? word : 70);
        if (ready[1].revents != 0 && read(signals, &info, sizeof info) > 0) put(test, (char *)&word, sizeof word);
    }
}

static long number(int argc, char **argv, int index, long otherwise)
{
    return argc > index ? atol(argv[index]) : otherwise;
}

static void run(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (!strcmp(verb, "exit")) _exit((int)number(argc, argv, 2, 0));
    if (!strcmp(verb, "signal")) end_by((int)number(argc, argv, 2, SIGKILL));
    if (!strcmp(verb, "lines"))
        lines(number(argc, argv, 2, 1), number(argc, argv, 3, 0), (int)number(argc, argv, 4, 0));
    if (!strcmp(verb, "flood")) flood(number(argc, argv, 2, 0));
    if (!strcmp(verb, "sleep")) {
        wanted_code = (int)number(argc, argv, 3, 0);
        if (argc > 2) signal((int)number(argc, argv, 2, SIGTERM), leave);
        sleep_for_ever();
    }
    if (!strcmp(verb, "deaf")) {
        signal(SIGTERM, SIG_IGN);
        say(1, "ready\n");
        sleep_for_ever();
    }
    if (!strcmp(verb, "stubborn")) stubborn();
    if (!strcmp(verb, "escape")) escape(argv[0]);
    if (!strcmp(verb, "orphan")) orphan(number(argc, argv, 2, 0), argc > 3);
    if (!strcmp(verb, "fork")) fork_many((int)number(argc, argv, 2, 1));
    if (!strcmp(verb, "thread")) end_main_thread();
    if (!strcmp(verb, "facts")) facts();
    if (!strcmp(verb, "stdin")) count_stdin();
    if (!strcmp(verb, "engine") && argc > 2) engine(argv[2]);
    if (!strcmp(verb, "env")) for (char **entry = environ; *entry; entry++) put_line(*entry);
    else if (!strcmp(verb, "args")) for (int i = 0; i < argc; i++) put_line(argv[i]);
    else _exit(64);
}

int main(int argc, char **argv)
{
    run(argc, argv);
    return 0;
}
