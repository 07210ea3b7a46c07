/* Signals reach the loop of the screen as bytes of a pipe: a handler that does one write, whatever thread it runs on.
 * signalfd would need them blocked in every thread of the process, those of libraries included, and a blocked mask is
 * inherited by programs that we start; a handler is not.
 *
 * After a crash the terminal is set back by system calls alone: nothing else may be used in such a handler. */
#include "include/CNcurses.h"
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int caught[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH };
static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP };

enum { PATIENCE = 2 }; /* seconds that the loop has to take a signal that ends it */

enum { CAUGHT = sizeof caught / sizeof *caught, CRASHES = sizeof crashes / sizeof *crashes };

static int pipe_ends[2] = { -1, -1 };
static struct termios modes; /* of the terminal as it was */
static int modes_of = -1;
static struct sigaction old_caught[CAUGHT];

static void note(int signal)
{
    int saved = errno;
    unsigned char byte = (unsigned char)signal;
    ssize_t done = write(pipe_ends[1], &byte, 1);
    (void)done; /* full: the loop has enough to wake up for */
    if (signal == SIGTERM || signal == SIGHUP || signal == SIGINT || signal == SIGQUIT) alarm(PATIENCE);
    errno = saved;
}

/* The loop is held up in a write to a terminal that does not read: nothing can be written, but the modes can be set. */
static void give_up(int signal)
{
    if (modes_of >= 0) tcsetattr(modes_of, TCSANOW, &modes);
    _exit(128 + signal);
}

int od_signals_open(void)
{
    sigset_t none;
    sigemptyset(&none);
    /* Threads of pools, and those that they start, have signals blocked; this one must be able to stop and to crash. */
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) < 0) return -1;
    for (int i = 0; i < CAUGHT; i++) {
        struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };
        sigfillset(&action.sa_mask);
        sigaction(caught[i], NULL, &old_caught[i]);
        /* What was ignored when we were started (nohup) stays so. */
        if (old_caught[i].sa_handler != SIG_IGN) sigaction(caught[i], &action, NULL);
    }
    struct sigaction late = { .sa_handler = give_up };
    sigaction(SIGALRM, &late, NULL);
    return 0;
}

void od_signals_close(void)
{
    alarm(0);
    signal(SIGALRM, SIG_DFL);
    for (int i = 0; i < CAUGHT; i++) sigaction(caught[i], &old_caught[i], NULL);
    /* The pipe stays open: another thread may be about to wake us. */
}

void od_tty_wake(void)
{
    if (pipe_ends[1] >= 0) note(0);
}

int od_tty_signal(void)
{
    unsigned char byte = 0;
    while (read(pipe_ends[0], &byte, 1) == 1)
        if (byte) return byte;
    return 0;
}

int od_tty_wait(int milliseconds)
{
    struct pollfd ends[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = pipe_ends[0], .events = POLLIN } };
    int ready = 0;
    if (poll(ends, 2, milliseconds) <= 0) return 0;
    if (ends[0].revents & POLLIN) ready |= OD_READY_KEYS;
    if (ends[0].revents & (POLLHUP | POLLERR | POLLNVAL)) ready |= OD_READY_GONE;
    if (ends[1].revents) ready |= OD_READY_SIGNALS;
    return ready;
}

static struct sigaction old_crash[CRASHES];
static char restore[512];
static size_t restore_length;
static char stack[64 << 10];

static void crash(int signal)
{
    static const char words[] =
        "\r\nod: the dashboard crashed. The apps go on; `od` shows them again.\r\n";
    ssize_t done = write(STDOUT_FILENO, restore, restore_length);
    tcsetattr(modes_of, TCSANOW, &modes);
    done = write(STDERR_FILENO, words, sizeof words - 1);
    (void)done;
    /* Delivered when this handler returns, with its plain meaning (SA_RESETHAND). The runtime's own printer of
     * backtraces is left out: it would ask questions on the terminal. */
    raise(signal);
}

void od_crash_arm(int descriptor)
{
    stack_t own = { .ss_sp = stack, .ss_size = sizeof stack };
    if (tcgetattr(descriptor, &modes) < 0) return;
    modes_of = descriptor;
    sigaltstack(&own, NULL);
    for (int i = 0; i < CRASHES; i++) {
        struct sigaction action = { .sa_handler = crash, .sa_flags = SA_ONSTACK | SA_RESETHAND };
        sigfillset(&action.sa_mask);
        sigaction(crashes[i], &action, &old_crash[i]);
    }
}

void od_crash_text(const char *text, size_t length)
{
    if (length > sizeof restore - restore_length) return;
    memcpy(restore + restore_length, text, length);
    restore_length += length;
}

void od_crash_disarm(void)
{
    if (modes_of < 0) return;
    for (int i = 0; i < CRASHES; i++) sigaction(crashes[i], &old_crash[i], NULL);
    modes_of = -1;
    restore_length = 0;
}
