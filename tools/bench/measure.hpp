#pragma once
// Processes that are measured, and how figures are said. CPU seconds per million messages is the steady figure on a shared machine; rates only
// count as a ratio to a yardstick of the same run.
#include <sys/resource.h>

#include <functional>
#include <string>
#include <vector>

namespace weir::bench {

struct Measured {
    double wall = 0, cpu = 0;  // seconds; cpu: user and system
    long messages = 0;
    long peak_kb = 0;
    int status = 0;            // of the process; 0: fine
    double per_second() const { return wall > 0 ? static_cast<double>(messages) / wall : 0; }
    double cpu_per_million() const { return messages > 0 ? cpu * 1e6 / static_cast<double>(messages) : 0; }
};

double seconds();      // monotonic
double cpu_seconds();  // of this process
double cpu_of(const rusage& usage);

// Runs a program in `folder` and waits for it. `watch` is called again and again while it runs, until it answers true.
Measured run_process(const std::vector<std::string>& arguments, const std::string& folder, const std::string& output, const std::function<bool()>& watch = {});

// By CPU, the steady figure.
Measured middle(std::vector<Measured> rounds);

// A new folder below TMPDIR or /tmp, gone with this.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};
[[noreturn]] void give_up(const std::string& why);

}  // namespace weir::bench
