#include "tools/bench/measure.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace weir::bench {

double cpu_of(const rusage& usage) {
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

void give_up(const std::string& why) {
    std::fprintf(stderr, "weir_bench: %s\n", why.c_str());
    std::exit(2);
}

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return cpu_of(usage);
}

Measured run_process(const std::vector<std::string>& arguments, const std::string& folder, const std::string& output, const std::function<bool()>& watch) {
    std::vector<char*> raw;
    for (const std::string& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
    raw.push_back(nullptr);
    std::fflush(nullptr);
    const double begin = seconds();
    const pid_t child = fork();
    if (child < 0) give_up("no process can be made");
    if (child == 0) {
        const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (out < 0 || chdir(folder.c_str()) != 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
        execv(raw[0], raw.data());
        _exit(127);
    }
    Measured measured;
    rusage usage{};
    int status = 0;
    bool watching = static_cast<bool>(watch);
    for (;;) {
        if (watching && watch()) watching = false;
        const pid_t ended = wait4(child, &status, watching ? WNOHANG : 0, &usage);
        if (ended == child) break;
        if (ended < 0) give_up("a process was lost");
        sched_yield();
    }
    measured.wall = seconds() - begin;
    measured.cpu = cpu_of(usage);
    measured.peak_kb = usage.ru_maxrss;
    measured.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return measured;
}

Measured middle(std::vector<Measured> rounds) {
    std::sort(rounds.begin(), rounds.end(), [](const Measured& a, const Measured& b) { return a.cpu_per_million() < b.cpu_per_million(); });
    return rounds[rounds.size() / 2];
}

Folder::Folder() {
    const char* base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/weir-bench-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) give_up("no folder can be made: " + path_);
}
Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace weir::bench
