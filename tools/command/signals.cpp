#include "tools/command/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace weir::command {

namespace {
sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}
}  // namespace

void block_stop_signals() {
    const sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

StopSignals::StopSignals(std::function<void()> first) : first_(std::move(first)) {
    const sigset_t asked = stop_signals();
    signals_ = ::signalfd(-1, &asked, SFD_CLOEXEC);
    wake_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { wait(); });
}

StopSignals::~StopSignals() {
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) < 0) { /* an eventfd takes a 1 always */
    }
    thread_.join();
    ::close(signals_);
    ::close(wake_);
}

void StopSignals::wait() {
    for (bool asked = false;;) {
        pollfd waits[2] = {{signals_, POLLIN, 0}, {wake_, POLLIN, 0}};
        if (::poll(waits, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return;
        }
        if (waits[1].revents != 0) return;
        signalfd_siginfo signal{};
        if (::read(signals_, &signal, sizeof signal) != sizeof signal) return;
        if (asked) ::_exit(128 + static_cast<int>(signal.ssi_signo));
        asked = true;
        first_();
    }
}

}  // namespace weir::command
