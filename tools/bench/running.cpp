#include "tools/bench/running.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace weir::bench {

Running::Running(const std::vector<std::string>& arguments, const std::string& folder, const std::string& log) : began_(seconds()), name_(arguments[0] + " " + arguments[1]), log_(log) {
    std::vector<char*> raw;
    for (const std::string& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
    raw.push_back(nullptr);
    std::fflush(nullptr);
    child_ = fork();
    if (child_ < 0) give_up("no process can be made");
    if (child_ > 0) return;
    const int out = open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (out < 0 || chdir(folder.c_str()) != 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) _exit(126);
    execv(raw[0], raw.data());
    _exit(127);
}

Running::~Running() {
    if (child_ > 0) end(SIGKILL);
}

std::uint16_t Running::port() {
    static constexpr char sign[] = "listens on 127.0.0.1:";
    for (const double until = seconds() + 30; seconds() < until; wait_a_moment(2)) {
        const std::string said = text_of(log_);
        const std::size_t at = said.find(sign);
        if (at != std::string::npos && said.find_first_of("\"\n", at) != std::string::npos) return static_cast<std::uint16_t>(std::atoi(said.c_str() + at + sizeof sign - 1));
        if (waitpid(child_, nullptr, WNOHANG) == child_) {
            child_ = -1;
            break;
        }
    }
    give_up(name_ + " does not listen:\n" + text_of(log_));
}

long Running::resident_kb() const {
    const std::string status = text_of("/proc/" + std::to_string(child_) + "/status");
    const std::size_t at = status.find("VmRSS:");
    return at == std::string::npos ? 0 : std::atol(status.c_str() + at + 6);
}

double Running::cpu() const {
    // Behind the name, which may hold anything: the 14th and 15th word of the line are the 12th and 13th there.
    const std::string line = text_of("/proc/" + std::to_string(child_) + "/stat");
    const std::size_t name = line.rfind(')');
    if (name == std::string::npos) return 0;
    std::istringstream words(line.substr(name + 1));
    std::string skipped;
    for (int n = 0; n < 11; ++n) words >> skipped;
    double user = 0, system = 0;
    words >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Measured Running::end(int signal) {
    Measured measured;
    rusage usage{};
    int status = 0;
    if (child_ > 0) {
        kill(child_, signal);
        if (wait4(child_, &status, 0, &usage) != child_) give_up("a process was lost");
    }
    child_ = -1;
    measured.wall = seconds() - began_;
    measured.cpu = cpu_of(usage);
    measured.peak_kb = usage.ru_maxrss;
    measured.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return measured;
}

std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void wait_a_moment(int milliseconds) { (void)poll(nullptr, 0, milliseconds); }

}  // namespace weir::bench
